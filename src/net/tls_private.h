/* tls_private.h: what the files of the TLS front share. */
#ifndef NET_TLS_PRIVATE_H
#define NET_TLS_PRIVATE_H

#include <openssl/ssl.h>

#include "net/tls_front.h"

/* tls_context.c: a context with the certificate of the files, or with one made here; `*pem` is the
 * caller's to free. */
enum err tls_context_create(const struct tls_options *options, SSL_CTX **out, char **pem,
                            struct problem *problem);

#endif
