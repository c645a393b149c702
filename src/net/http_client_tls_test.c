/* http_client_tls_test.c: whom the client takes for the server that it asks: certificates, and what
 * became of a request over TLS. */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "net/http_client_test.h"
#include "net/tls_front.h"

static char trusted[] = "/tmp/bellwether-ca-XXXXXX";

static void trust(const char *pem)
{
    int fd = mkstemp(trusted);
    cr_assert(fd >= 0);
    cr_assert_eq(write(fd, pem, strlen(pem)), (ssize_t)strlen(pem));
    cr_assert_eq(close(fd), 0);
}

/* Asks the script through a front; the client trusts its certificate, or not. */
static struct tls_front *start_tls(struct tls_options options, bool trusting, const char *host)
{
    struct tls_front *front = NULL;
    struct problem problem = {0};
    start();
    options.plain_port = script.port;
    cr_assert_eq(tls_front_create(loop, &options, &front, &problem), ERR_OK, "%s", problem.text);
    if (trusting) {
        trust(tls_front_certificate(front));
        http_client_destroy(client);
        struct http_client_options mine = {.ca_file = trusted};
        client = http_client_create(loop, &mine);
    }
    (void)snprintf(url, sizeof url, "https://%s:%u/", host, tls_front_port(front));
    return front;
}

static void stop_tls(struct tls_front *front)
{
    (void)unlink(trusted);
    (void)snprintf(trusted, sizeof trusted, "/tmp/bellwether-ca-XXXXXX");
    http_client_destroy(client);
    client = NULL;
    tls_front_destroy(front);
    script_finish(&script);
    loop_destroy(loop);
}

Test(http_client_tls, asks_over_tls)
{
    static const char keys[] = "/tmp/bellwether-must-not-be-written";
    cr_assert_eq(setenv("SSLKEYLOGFILE", keys, 1), 0);
    struct tls_front *front = start_tls((struct tls_options){0}, true, "localhost");
    (void)ask(HTTP_POST, "{}");
    script_wait(&script, "\r\n\r\n{}");
    script_say(&script, OK);
    wait_answers(1);
    expect(HTTP_ANSWERED, 200);
    (void)ask(HTTP_POST, "{}");
    script_wait(&script, "\r\n\r\n{}");
    script_close(&script, true);
    wait_answers(2);
    expect(HTTP_NO_ANSWER, 0);
    cr_expect_neq(access(keys, F_OK), 0, "session keys stay in the process");
    stop_tls(front);
}

Test(http_client_tls, keeps_a_connection_ready_over_tls)
{
    struct tls_front *front = start_tls((struct tls_options){0}, true, "localhost");
    char origin[64];
    by_lane = true;
    (void)snprintf(origin, sizeof origin, "https://localhost:%u", tls_front_port(front));
    http_client_keep_ready(client, origin);
    for (int turn = 0; turn < 200; turn++) {
        script_turn(&script);
    }
    for (int i = 1; i <= 2; i++) {
        script_forget(&script);
        (void)ask(HTTP_POST, "{}");
        script_wait(&script, "\r\n\r\n{}");
        script_say(&script, OK);
        wait_answers(i);
        expect(HTTP_ANSWERED, 200);
    }
    cr_expect_eq(script.connections, 1);
    cr_expect(http_call_cancel(ask(HTTP_POST, "{}")), "it went out at once");
    stop_tls(front);
}

Test(http_client_tls, a_certificate_that_nobody_vouches_for_is_not_sent_to)
{
    struct tls_front *front = start_tls((struct tls_options){0}, false, "localhost");
    (void)ask(HTTP_POST, "{}");
    wait_answers(1);
    expect(HTTP_NOT_SENT, 0);
    cr_expect_not_null(strstr(heard.why, "certificate"), "%s", heard.why);
    stop_tls(front);
}

Test(http_client_tls, a_certificate_for_another_name_is_not_sent_to)
{
    struct tls_options options = {.address = "127.0.0.2"};
    struct tls_front *front = start_tls(options, true, "127.0.0.2");
    (void)ask(HTTP_POST, "{}");
    wait_answers(1);
    expect(HTTP_NOT_SENT, 0);
    cr_expect_eq(script.length, 0);
    stop_tls(front);
}

/* A certificate for localhost that has ended yesterday, with its key. */
static void write_expired(char *certificate_file, char *key_file)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:localhost");
    cr_assert(key != NULL && names != NULL);
    cr_assert_eq(X509_set_version(certificate, X509_VERSION_3), 1);
    (void)X509_gmtime_adj(X509_getm_notBefore(certificate), -10L * 86400);
    (void)X509_gmtime_adj(X509_getm_notAfter(certificate), -86400L);
    cr_assert_eq(X509_set_pubkey(certificate, key), 1);
    (void)X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost",
                                     -1, -1, 0);
    cr_assert_eq(X509_set_issuer_name(certificate, name), 1);
    cr_assert_eq(X509_add_ext(certificate, names, -1), 1);
    cr_assert(X509_sign(certificate, key, EVP_sha256()) > 0);
    FILE *out = fdopen(mkstemp(certificate_file), "w");
    cr_assert_eq(PEM_write_X509(out, certificate), 1);
    cr_assert_eq(fclose(out), 0);
    out = fdopen(mkstemp(key_file), "w");
    cr_assert_eq(PEM_write_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL), 1);
    cr_assert_eq(fclose(out), 0);
    X509_EXTENSION_free(names);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

Test(http_client_tls, a_certificate_that_has_expired_is_not_sent_to)
{
    char certificate[] = "/tmp/bellwether-tls-XXXXXX";
    char key[] = "/tmp/bellwether-key-XXXXXX";
    write_expired(certificate, key);
    struct tls_options options = {.certificate_file = certificate, .key_file = key};
    struct tls_front *front = start_tls(options, true, "localhost");
    (void)ask(HTTP_POST, "{}");
    wait_answers(1);
    expect(HTTP_NOT_SENT, 0);
    cr_expect_not_null(strstr(heard.why, "expired"), "%s", heard.why);
    stop_tls(front);
    (void)unlink(certificate);
    (void)unlink(key);
}

Test(http_client_tls, a_handshake_that_does_not_come_is_not_sent)
{
    start_with((struct http_client_options){.connect_ns = NS_PER_S / 5});
    (void)snprintf(url, sizeof url, "https://127.0.0.1:%u/", script.port);
    (void)ask(HTTP_POST, "{}");
    wait_answers(1);
    expect(HTTP_NOT_SENT, 0);
    cr_expect(heard.timed_out);
    cr_expect(script.length > 0, "it had said hello");
    (void)ask(HTTP_POST, "{}");
    script_wait(&script, "\x16\x03");
    script_say(&script, "HTTP/1.1 400 Bad Request\r\n\r\n");
    wait_answers(2);
    expect(HTTP_NOT_SENT, 0);
    stop();
}
