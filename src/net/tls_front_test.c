/* tls_front_test.c: OpenSSL's own client against the front, with our HTTP server behind it. */
#include "net/tls_front.h"

#include <criterion/criterion.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "net/http_server.h"
#include "net/net_test.h"

enum { LARGE = 3000000 };

static struct loop *loop;
static struct http_server *http;
static struct tls_front *front;
static struct peer peer;
static SSL_CTX *context;
static SSL *ssl;

static void handle(void *unused, const struct http_request *request, struct http_reply *reply)
{
    (void)unused;
    if (strcmp(request->url.path, "/large") == 0) {
        json_begin_array(reply->json);
        while (reply->json->length < LARGE) {
            json_string(reply->json, "0123456789012345678901234567890123456789");
        }
        json_end_array(reply->json);
    } else if (strcmp(request->url.path, "/cut") == 0) {
        reply->delivery = (struct http_delivery){.cut = true, .cut_after = 30};
    } else {
        json_string(reply->json, request->body);
    }
}

static void start_with(struct tls_options options)
{
    struct http_options http_options = {.handle = handle, .body_max = 4 << 20};
    struct problem problem = {0};
    loop = loop_create();
    cr_assert_eq(http_server_create(loop, &http_options, &http, &problem), ERR_OK);
    options.plain_port = options.plain_port != 0 ? options.plain_port : http_server_port(http);
    cr_assert_eq(tls_front_create(loop, &options, &front, &problem), ERR_OK, "%s", problem.text);
    peer_connect(&peer, loop, tls_front_port(front));
}

static void stop(void)
{
    SSL_free(ssl);
    SSL_CTX_free(context);
    ssl = NULL;
    context = NULL;
    (void)close(peer.fd);
    tls_front_destroy(front);
    http_server_destroy(http);
    loop_destroy(loop);
}

/* The client trusts the front's certificate and asks for that name. */
static void prepare_client(const char *name)
{
    context = SSL_CTX_new(TLS_client_method());
    BIO *memory = BIO_new_mem_buf(tls_front_certificate(front), -1);
    X509 *certificate = PEM_read_bio_X509(memory, NULL, NULL, NULL);
    cr_assert_not_null(certificate);
    cr_assert_eq(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate), 1);
    X509_free(certificate);
    BIO_free(memory);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    ssl = SSL_new(context);
    X509_VERIFY_PARAM *verify = SSL_get0_param(ssl);
    if (name[0] >= '0' && name[0] <= '9') {
        cr_assert_eq(X509_VERIFY_PARAM_set1_ip_asc(verify, name), 1);
    } else {
        cr_assert_eq(X509_VERIFY_PARAM_set1_host(verify, name, 0), 1);
    }
    cr_assert_eq(fcntl(peer.fd, F_SETFL, O_NONBLOCK), 0);
    cr_assert_eq(SSL_set_fd(ssl, peer.fd), 1);
    SSL_set_connect_state(ssl);
}

/* 1 when the handshake is done, else OpenSSL's error. */
static int shake_hands(void)
{
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (clock_mono_ns() < end_ns) {
        int result = SSL_do_handshake(ssl);
        int error = result == 1 ? 0 : SSL_get_error(ssl, result);
        if (result == 1) {
            return 1;
        }
        if (error != SSL_ERROR_WANT_READ) {
            return -error;
        }
        loop_turn(loop, false);
    }
    return 0;
}

static void say(const char *bytes, size_t length)
{
    int64_t end_ns = clock_mono_ns() + patience_ns;
    while (length > 0 && clock_mono_ns() < end_ns) {
        int sent = SSL_write(ssl, bytes, length > 100000 ? 100000 : (int)length);
        if (sent > 0) {
            bytes += sent;
            length -= (size_t)sent;
        }
        loop_turn(loop, false);
    }
    cr_assert_eq(length, 0);
}

/* Until an end, or `length` bytes; the last result of SSL_read. */
static int hear(char *out, size_t length, size_t *got)
{
    int64_t end_ns = clock_mono_ns() + patience_ns;
    *got = 0;
    while (*got < length && clock_mono_ns() < end_ns) {
        int some = SSL_read(ssl, out + *got, (int)(length - *got));
        if (some > 0) {
            *got += (size_t)some;
        } else if (SSL_get_error(ssl, some) != SSL_ERROR_WANT_READ) {
            return -SSL_get_error(ssl, some);
        }
        loop_turn(loop, false);
    }
    return 1;
}

static void ask_and_expect(void)
{
    static char got[4096];
    size_t length;
    const char *request = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nConnection: close\r\n"
                          "\r\nhello";
    say(request, strlen(request));
    cr_assert_eq(hear(got, sizeof got, &length), -SSL_ERROR_ZERO_RETURN, "a clean end");
    got[length] = '\0';
    cr_assert_not_null(strstr(got, "\r\n\r\n\"hello\""), "%s", got);
}

Test(tls_front, a_certificate_of_its_own_is_good_for_this_machine)
{
    static const char *const names[] = {"localhost", "127.0.0.1"};
    for (int i = 0; i < 2; i++) {
        start_with((struct tls_options){0});
        prepare_client(names[i]);
        cr_assert_eq(shake_hands(), 1, "%s", names[i]);
        cr_assert(SSL_version(ssl) >= TLS1_2_VERSION);
        ask_and_expect();
        stop();
    }
}

Test(tls_front, another_name_is_refused_by_the_client)
{
    start_with((struct tls_options){0});
    prepare_client("paper-api.alpaca.markets");
    cr_assert_eq(shake_hands(), -SSL_ERROR_SSL);
    stop();
}

Test(tls_front, old_versions_are_refused)
{
    start_with((struct tls_options){0});
    prepare_client("localhost");
    SSL_set_security_level(ssl, 0);
    cr_assert_eq(SSL_set_max_proto_version(ssl, TLS1_1_VERSION), 1);
    cr_assert_eq(SSL_set_min_proto_version(ssl, TLS1_VERSION), 1);
    cr_assert_eq(shake_hands(), -SSL_ERROR_SSL);
    stop();
    start_with((struct tls_options){0});
    prepare_client("localhost");
    cr_assert_eq(SSL_set_max_proto_version(ssl, TLS1_2_VERSION), 1);
    cr_assert_eq(shake_hands(), 1);
    ask_and_expect();
    stop();
}

/* More than all buffers hold: each side waits for the other, and nothing is lost. */
Test(tls_front, large_bodies_pass_both_ways, .timeout = 60)
{
    static char bytes[LARGE + 200000];
    size_t length;
    start_with((struct tls_options){0});
    prepare_client("localhost");
    cr_assert_eq(shake_hands(), 1);
    int head = snprintf(bytes, sizeof bytes,
                        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", LARGE);
    memset(bytes + head, 'x', LARGE);
    say(bytes, (size_t)head + LARGE);
    cr_assert_eq(hear(bytes, LARGE, &length), 1);
    char *body = strstr(bytes, "\r\n\r\n\"xxx");
    cr_assert_not_null(body);
    cr_assert_eq(hear(bytes, (size_t)(body + 6 - bytes), &length), 1);
    cr_assert_eq(memcmp(bytes + length - 4, "xxx\"", 4), 0);
    const char *request = "GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    say(request, strlen(request));
    for (int i = 0; i < 2000; i++) {
        loop_turn(loop, false); /* nobody reads */
    }
    cr_assert_eq(hear(bytes, sizeof bytes, &length), -SSL_ERROR_ZERO_RETURN);
    cr_assert(length > LARGE);
    cr_assert_eq(bytes[length - 1], ']');
    stop();
}

Test(tls_front, a_reset_behind_becomes_a_reset_in_front)
{
    char got[100];
    size_t length;
    start_with((struct tls_options){0});
    prepare_client("localhost");
    cr_assert_eq(shake_hands(), 1);
    const char *request = "GET /cut HTTP/1.1\r\nHost: a\r\n\r\n";
    say(request, strlen(request));
    int heard = hear(got, sizeof got, &length);
    cr_assert_eq(heard, -SSL_ERROR_SYSCALL, "%d", heard);
    cr_assert_eq(errno, ECONNRESET);
    stop();
}

Test(tls_front, nobody_behind_ends_the_connection)
{
    char got[100];
    size_t length;
    start_with((struct tls_options){.plain_port = 1});
    prepare_client("localhost");
    cr_assert_eq(shake_hands(), 1);
    cr_assert_lt(hear(got, sizeof got, &length), 0);
    stop();
}

Test(tls_front, what_is_no_tls_is_ended)
{
    start_with((struct tls_options){0});
    peer_say(&peer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    peer_wait_end(&peer);
    stop();
}

Test(tls_front, a_handshake_has_its_deadline)
{
    start_with((struct tls_options){.handshake_ns = NS_PER_S / 10});
    peer_send(&peer, "\x16\x03\x01", 3);
    peer_wait_end(&peer);
    stop();
}

Test(tls_front, a_client_may_vanish_at_any_time)
{
    for (int turns = 0; turns < 12; turns++) {
        start_with((struct tls_options){0});
        prepare_client("localhost");
        for (int i = 0; i < turns; i++) {
            (void)SSL_do_handshake(ssl);
            loop_turn(loop, false);
        }
        stop();
    }
}

Test(tls_front, files_are_judged)
{
    char certificate[] = "/tmp/bellwether-tls-XXXXXX";
    struct tls_front *second = NULL;
    struct problem problem = {0};
    start_with((struct tls_options){0});
    int fd = mkstemp(certificate);
    cr_assert(fd >= 0);
    const char *pem = tls_front_certificate(front);
    cr_assert_eq(write(fd, pem, strlen(pem)), (ssize_t)strlen(pem));
    struct tls_options options = {.plain_port = 1, .certificate_file = certificate};
    cr_assert_eq(tls_front_create(loop, &options, &second, &problem), ERR_USAGE);
    options.key_file = certificate;
    cr_assert_eq(tls_front_create(loop, &options, &second, &problem), ERR_USAGE);
    cr_assert_not_null(strstr(problem.text, "is no key"), "%s", problem.text);
    options.certificate_file = "/nonexistent";
    cr_assert_eq(tls_front_create(loop, &options, &second, &problem), ERR_USAGE);
    cr_assert_not_null(strstr(problem.text, "/nonexistent is no certificate"), "%s", problem.text);
    options = (struct tls_options){.plain_port = 1, .port = tls_front_port(front)};
    cr_assert_eq(tls_front_create(loop, &options, &second, &problem), ERR_BUSY);
    cr_assert_eq(close(fd), 0);
    cr_assert_eq(unlink(certificate), 0);
    stop();
}
