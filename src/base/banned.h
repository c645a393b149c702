/* banned.h: calls with a safer sibling do not compile. Given to every file by the build. */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

/* The system headers mention these names themselves, so they come first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* With FORTIFY the C library has macros of these names, which clang would keep. */
#undef sprintf
#undef vsprintf
#undef strcpy
#undef strcat

#pragma GCC poison strcpy strcat strtok sprintf vsprintf gets atoi atol atoll atof
#pragma GCC poison gmtime localtime ctime asctime

#endif
