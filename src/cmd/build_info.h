/* build_info.h: which build this is, for logs and --version. */
#ifndef CMD_BUILD_INFO_H
#define CMD_BUILD_INFO_H

/* "bellwether 0.1.0, commit 1a2b3c4, gcc 12.2.0, -O2". Constant. */
const char *build_info(void);

#endif
