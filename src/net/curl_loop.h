/* curl_loop.h: libcurl in our loop, and what all its transfers have in common here.
 *
 * TLS 1.2 or newer, always verified; HTTP/1.1; http and https only; no proxy from the environment,
 * no redirects, no names and passwords in addresses. A timeout never waits for a resolver. */
#ifndef NET_CURL_LOOP_H
#define NET_CURL_LOOP_H

#include <curl/curl.h>
#include <stdint.h>

#include "net/loop.h"

struct curl_loop;

/* A transfer has ended and is no longer curl's concern unless it is a bare connection; called from
 * the loop, never from within a call of curl. It may destroy the curl_loop. */
typedef void curl_loop_done(void *context, CURL *easy, CURLcode result);

struct curl_loop *curl_loop_create(struct loop *loop, curl_loop_done *done, void *context);

/* The transfers must have been removed. */
void curl_loop_destroy(struct curl_loop *curl);

CURLM *curl_loop_multi(const struct curl_loop *curl);

/* A new handle with the settings above; curl_easy_cleanup() is the caller's. `ca_file` NULL: the
 * system's authorities. `connect_ns`: for name, connect and TLS together. */
CURL *curl_loop_easy(const char *ca_file, int64_t connect_ns);

/* A bare connection's bytes. `fd`: its socket where there is no TLS in between, which spares the
 * way through libcurl; else -1. CURLE_AGAIN: not now; no bytes received: the other side has ended.
 */
CURLcode curl_loop_send(CURL *easy, int fd, const void *bytes, size_t length, size_t *sent);
CURLcode curl_loop_recv(CURL *easy, int fd, void *bytes, size_t size, size_t *got);

/* Sets an option that cannot fail but for lack of memory. */
#define CURL_SET(easy, option, value)                                                              \
    CHECK(curl_easy_setopt(easy, CURLOPT_##option, value) == CURLE_OK)

#endif
