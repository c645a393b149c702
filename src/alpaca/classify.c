/* classify.c: see classify.h. Codes and texts: the API's description, section 3. */
#include "alpaca/classify.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utc.h"

enum { CODE_INVALID = 40010001 };

/* The broker's own error body: on the trading host always with a code; market data may have the
 * message alone. */
static bool is_broker_error(const struct answer_facts *facts, const struct client_reply *reply)
{
    bool worded = node_text(node_member(facts->root, "message")) != NULL;
    return reply->code > 0 || (facts->host == CLIENT_MARKET_DATA && worded);
}

static bool is_id_taken(const struct client_reply *reply)
{
    return reply->code == CODE_INVALID &&
           strstr(reply->message, "client_order_id must be unique") != NULL;
}

/* 403 without a code: the gateway before the broker, which does not know the key; but market data
 * says so little about what the plan does not include, too. */
static enum client_class class_of_403(const struct answer_facts *facts,
                                      const struct client_reply *reply)
{
    const char *words = node_text(node_member(facts->root, "message"));
    if (reply->code > 0) {
        return CLIENT_REFUSED;
    }
    if (words == NULL) {
        return CLIENT_UNKNOWN;
    }
    return facts->host == CLIENT_MARKET_DATA && strstr(words, "subscription") != NULL
               ? CLIENT_REFUSED
               : CLIENT_KEYS;
}

static enum client_class class_of_status(const struct answer_facts *facts,
                                         const struct client_reply *reply)
{
    if (facts->status >= 200 && facts->status < 300) {
        return facts->has_body && facts->root == NULL ? CLIENT_UNKNOWN : CLIENT_OK;
    }
    switch (facts->status) {
    case 401:
        return CLIENT_KEYS;
    case 403:
        return class_of_403(facts, reply);
    case 409:
        return CLIENT_EXISTS;
    case 422:
        if (is_id_taken(reply)) {
            return CLIENT_EXISTS;
        }
        __attribute__((fallthrough));
    case 400:
    case 404:
        return is_broker_error(facts, reply) ? CLIENT_REFUSED : CLIENT_UNKNOWN;
    case 429:
        return facts->rate_headers ? CLIENT_NOT_SENT : CLIENT_UNKNOWN;
    default:
        return CLIENT_UNKNOWN;
    }
}

static const char *own_words(const struct answer_facts *facts)
{
    int status = facts->status;
    if (status >= 200 && status < 300) {
        return facts->has_body && facts->root == NULL ? "the answer is not JSON" : "";
    }
    return status == 429                    ? "too many requests"
           : status == 401 || status == 403 ? "the keys were refused"
           : status >= 500                  ? "the broker or its gateway failed"
           : status >= 300 && status < 400  ? "the answer is a redirect"
                                            : "an answer that is not the broker's";
}

void classify(const struct answer_facts *facts, struct client_reply *reply)
{
    reply->code = 0;
    if (facts->outcome != HTTP_ANSWERED) {
        reply->class = facts->outcome == HTTP_NOT_SENT ? CLIENT_NOT_SENT : CLIENT_UNKNOWN;
        reply->message = facts->outcome == HTTP_NOT_SENT ? "not sent" : "no answer";
        return;
    }
    bool good = facts->status >= 200 && facts->status < 300;
    const char *words = good ? NULL : node_text(node_member(facts->root, "message"));
    if (!good) {
        (void)node_int(node_member(facts->root, "code"), &reply->code); /* else it stays 0 */
    }
    reply->message = words != NULL ? words : own_words(facts);
    reply->class = class_of_status(facts, reply);
}

bool http_date_read(const char *text, int64_t *out_s)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char month[4], year[5], date[3], clock[9], written[32];
    int used = 0;
    int64_t ns;
    if (text == NULL ||
        sscanf(text, "%*3[A-Za-z], %2[0-9] %3[A-Za-z] %4[0-9] %8[0-9:] GMT%n", date, month, year,
               clock, &used) != 4 ||
        used != 29 || text[used] != '\0') {
        return false;
    }
    const char *found = strstr(names, month);
    if (found == NULL || (found - names) % 3 != 0) {
        return false;
    }
    (void)snprintf(written, sizeof written, "%s-%02d-%sT%sZ", year, (int)(found - names) / 3 + 1,
                   date, clock);
    if (utc_parse(written, strlen(written), &ns) != ERR_OK) {
        return false;
    }
    *out_s = ns / NS_PER_S;
    return true;
}

bool header_number(const char *text, int64_t *out)
{
    if (text == NULL || text[0] == '\0' || strspn(text, "0123456789") != strlen(text)) {
        return false;
    }
    errno = 0;
    long long value = strtoll(text, NULL, 10);
    if (errno != 0) {
        return false;
    }
    *out = value;
    return true;
}
