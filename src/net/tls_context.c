/* tls_context.c: certificate and settings of the TLS front. */
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "net/tls_private.h"
#include "sys/memory.h"

enum { DAYS = 90, SECONDS_PER_DAY = 86400 };

/* The words of OpenSSL for what has just failed. */
static const char *reason(void)
{
    const char *text = ERR_reason_error_string(ERR_peek_last_error());
    return text != NULL ? text : "no reason given";
}

static bool add_extension(X509 *certificate, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool added = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

/* For names of this machine alone, and no authority for others. */
static bool fill(X509 *certificate, EVP_PKEY *key)
{
    uint64_t serial = 0;
    X509_NAME *name = X509_get_subject_name(certificate);
    static const unsigned char common_name[] = "localhost";
    return RAND_bytes((unsigned char *)&serial, sizeof serial) == 1 &&
           X509_set_version(certificate, X509_VERSION_3) == 1 &&
           ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1 &&
           X509_gmtime_adj(X509_getm_notBefore(certificate), -SECONDS_PER_DAY) != NULL &&
           X509_gmtime_adj(X509_getm_notAfter(certificate), DAYS * SECONDS_PER_DAY) != NULL &&
           X509_set_pubkey(certificate, key) == 1 &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0) == 1 &&
           X509_set_issuer_name(certificate, name) == 1 &&
           add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(certificate, NID_ext_key_usage, "serverAuth") &&
           add_extension(certificate, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") &&
           X509_sign(certificate, key, EVP_sha256()) > 0;
}

static bool make_certificate(SSL_CTX *context)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    bool made = key != NULL && certificate != NULL && fill(certificate, key) &&
                SSL_CTX_use_certificate(context, certificate) == 1 &&
                SSL_CTX_use_PrivateKey(context, key) == 1;
    X509_free(certificate);
    EVP_PKEY_free(key);
    return made;
}

static enum err load_files(SSL_CTX *context, const struct tls_options *options,
                           struct problem *problem)
{
    if (options->certificate_file == NULL || options->key_file == NULL) {
        return problem_set(problem, ERR_USAGE,
                           "a certificate needs its key, and a key its certificate");
    }
    if (SSL_CTX_use_certificate_chain_file(context, options->certificate_file) != 1) {
        return problem_set(problem, ERR_USAGE, "%s is no certificate in PEM (%s)",
                           options->certificate_file, reason());
    }
    if (SSL_CTX_use_PrivateKey_file(context, options->key_file, SSL_FILETYPE_PEM) != 1) {
        return problem_set(problem, ERR_USAGE, "%s is no key in PEM that belongs to %s (%s)",
                           options->key_file, options->certificate_file, reason());
    }
    return ERR_OK;
}

/* The caller frees. */
static char *to_pem(X509 *certificate)
{
    BIO *memory = BIO_new(BIO_s_mem());
    char *bytes = NULL;
    CHECK(memory != NULL && PEM_write_bio_X509(memory, certificate) == 1);
    long length = BIO_get_mem_data(memory, &bytes);
    char *text = xcalloc(1, (size_t)length + 1);
    memcpy(text, bytes, (size_t)length);
    BIO_free(memory);
    return text;
}

enum err tls_context_create(const struct tls_options *options, SSL_CTX **out, char **pem,
                            struct problem *problem)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    CHECK(context != NULL); /* memory */
    ERR_clear_error();
    CHECK(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1);
    (void)SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                           SSL_OP_CIPHER_SERVER_PREFERENCE);
    (void)SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS); /* both return the new set */
    enum err err = ERR_OK;
    if (options->certificate_file != NULL || options->key_file != NULL) {
        err = load_files(context, options, problem);
    } else if (!make_certificate(context)) {
        err = problem_set(problem, ERR_IO, "cannot make a certificate: %s", reason());
    }
    if (err != ERR_OK) {
        SSL_CTX_free(context);
        return err;
    }
    *pem = to_pem(SSL_CTX_get0_certificate(context));
    *out = context;
    return ERR_OK;
}
