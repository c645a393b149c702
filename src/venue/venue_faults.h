/* venue_faults.h: what a script of faults does to the market and to all accounts: halts, suspended
 * accounts, revoked keys, orders that their owners send by hand.
 *
 * Their occasions are the moments of the market. What lasts ends by the exchange's time. */
#ifndef VENUE_VENUE_FAULTS_H
#define VENUE_VENUE_FAULTS_H

#include "venue/venue.h"

struct venue_faults *venue_faults_create(const struct venue *venue);
void venue_faults_destroy(struct venue_faults *struck);

/* The name of a symbol in a script that the market has not; NULL: it knows them all. */
const char *venue_faults_unknown(const struct venue *venue, const struct fault_script *script);

/* Another script, or none, from now on; what the old one has done lasts as long as it said. */
void venue_faults_load(struct venue *venue, const struct fault_script *script);

/* A moment of the market begins: what is over ends, what strikes begins. Returns the slice without
 * the symbols that are halted, valid until the next one. */
struct slice venue_faults_on_slice(struct venue *venue, const struct slice *slice);

/* It has been shown: what the accounts' owners do by hand. */
void venue_faults_after_slice(struct venue *venue);

/* Ends what is over by now; when the next of it is. */
void venue_faults_follow(struct venue *venue);
int64_t venue_faults_next_ns(const struct venue *venue);

/* Whether the keys are refused, and accounts suspended, at present. */
bool venue_faults_suspended(const struct venue *venue);
bool venue_faults_revoked(const struct venue *venue);

#endif
