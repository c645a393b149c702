/* journal_schema.c: the tables of journal.db. The constraints are the second pair of eyes on the
 * engine's records: a fill that comes twice, or a quantity of zero, does not get in.
 *
 * Lists of words are written out with OR, the most frequent first: SQLite looks a list of more than
 * two up in a table of its own, which costs more than the rest of the row. */
#include "readers/journal_private.h"

const char journal_schema[] =
    "CREATE TABLE run ("
    " key TEXT PRIMARY KEY,"
    " value TEXT NOT NULL"
    ") STRICT;"
    "CREATE TABLE instruments ("
    " id INTEGER PRIMARY KEY CHECK (id >= 0),"
    " symbol TEXT NOT NULL UNIQUE"
    ") STRICT;"
    "CREATE TABLE deposits ("
    " slot INTEGER PRIMARY KEY,"
    " ts_ns INTEGER NOT NULL,"
    " ts TEXT NOT NULL,"
    " amount_e9 INTEGER NOT NULL CHECK (amount_e9 > 0)"
    ") STRICT;"
    "CREATE TABLE decisions ("
    " slot INTEGER PRIMARY KEY,"
    " ts_ns INTEGER NOT NULL,"
    " ts TEXT NOT NULL,"
    " book INTEGER NOT NULL,"
    " strategy TEXT NOT NULL,"
    " symbol TEXT NOT NULL,"
    " act TEXT NOT NULL CHECK (act = 'buy' OR act = 'sell' OR act = 'hold'),"
    " reason TEXT NOT NULL,"
    " verdict TEXT NOT NULL,"
    " gate_value INTEGER NOT NULL,"
    " gate_limit INTEGER NOT NULL,"
    " strength_ppm INTEGER NOT NULL CHECK (strength_ppm BETWEEN 0 AND 1000000),"
    " confidence_ppm INTEGER NOT NULL CHECK (confidence_ppm BETWEEN 0 AND 1000000),"
    " inputs TEXT NOT NULL,"                 /* JSON: {"sma_10":99.95} */
    " order_id INTEGER CHECK (order_id > 0)" /* NULL when refused */
    ") STRICT;"
    "CREATE TABLE orders ("
    " order_id INTEGER PRIMARY KEY CHECK (order_id > 0),"
    " slot INTEGER NOT NULL,"
    " ts_ns INTEGER NOT NULL,"
    " ts TEXT NOT NULL,"
    " trade_id INTEGER NOT NULL CHECK (trade_id > 0),"
    " book INTEGER NOT NULL,"
    " strategy TEXT NOT NULL,"
    " symbol TEXT NOT NULL,"
    " side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),"
    " role TEXT NOT NULL CHECK (role = 'entry' OR role = 'exit' OR role = 'target' OR"
    " role = 'stop'),"
    " type TEXT NOT NULL,"
    " time_in_force TEXT NOT NULL,"
    " qty_e9 INTEGER NOT NULL CHECK (qty_e9 > 0),"
    " limit_price_e9 INTEGER NOT NULL,"
    " reference_price_e9 INTEGER NOT NULL,"
    " leg_count INTEGER NOT NULL CHECK (leg_count BETWEEN 1 AND 4)"
    ") STRICT;"
    "CREATE TABLE reports ("
    " slot INTEGER PRIMARY KEY,"
    " ts_ns INTEGER NOT NULL,"
    " ts TEXT NOT NULL,"
    " exchange_ts_ns INTEGER NOT NULL,"
    " kind TEXT NOT NULL CHECK (kind = 'fill' OR kind = 'accepted' OR kind = 'canceled' OR"
    " kind = 'rejected' OR kind = 'expired' OR kind = 'replaced' OR kind = 'cancel-rejected' OR"
    " kind = 'account-cash' OR kind = 'no-answer' OR kind = 'found' OR kind = 'busted'),"
    " order_id INTEGER NOT NULL,"
    " reason TEXT" /* of a rejection or a cancel */
    ") STRICT;"
    "CREATE TABLE fills ("
    " exec_id INTEGER PRIMARY KEY CHECK (exec_id > 0),"
    " slot INTEGER NOT NULL,"
    " ts_ns INTEGER NOT NULL,"
    " ts TEXT NOT NULL,"
    " exchange_ts_ns INTEGER NOT NULL,"
    " order_id INTEGER NOT NULL CHECK (order_id > 0),"
    " trade_id INTEGER NOT NULL CHECK (trade_id > 0),"
    " strategy TEXT NOT NULL,"
    " symbol TEXT NOT NULL,"
    " side TEXT NOT NULL CHECK (side IN ('buy', 'sell')),"
    " qty_e9 INTEGER NOT NULL CHECK (qty_e9 > 0),"
    " price_e9 INTEGER NOT NULL CHECK (price_e9 > 0),"
    " commission_e9 INTEGER NOT NULL CHECK (commission_e9 >= 0)"
    ") STRICT;"
    "CREATE TABLE busts (" /* executions that were taken back, each once */
    " exec_id INTEGER PRIMARY KEY CHECK (exec_id > 0),"
    " slot INTEGER NOT NULL,"
    " ts_ns INTEGER NOT NULL,"
    " ts TEXT NOT NULL,"
    " exchange_ts_ns INTEGER NOT NULL,"
    " order_id INTEGER NOT NULL CHECK (order_id > 0),"
    " trade_id INTEGER NOT NULL CHECK (trade_id > 0),"
    " strategy TEXT NOT NULL,"
    " symbol TEXT NOT NULL,"
    " side TEXT NOT NULL CHECK (side IN ('buy', 'sell'))," /* of the execution */
    " qty_e9 INTEGER NOT NULL CHECK (qty_e9 >= 0),"        /* of it booked */
    " price_e9 INTEGER NOT NULL CHECK (price_e9 > 0),"
    " commission_e9 INTEGER NOT NULL CHECK (commission_e9 >= 0)"
    ") STRICT;"
    "CREATE VIEW standing_fills AS SELECT * FROM fills"
    " WHERE exec_id NOT IN (SELECT exec_id FROM busts);"
    "CREATE TABLE postings ("
    " slot INTEGER PRIMARY KEY,"
    " ts_ns INTEGER NOT NULL,"
    " ts TEXT NOT NULL,"
    " debit TEXT NOT NULL,"
    " credit TEXT NOT NULL CHECK (credit <> debit),"
    " amount_e9 INTEGER NOT NULL CHECK (amount_e9 >= 0),"
    " symbol TEXT," /* NULL for lines without a position */
    " qty_e9 INTEGER NOT NULL,"
    " book INTEGER NOT NULL,"
    " order_id INTEGER NOT NULL,"
    " exec_id INTEGER NOT NULL"
    ") STRICT;"
    "CREATE TABLE trades ("
    " trade_id INTEGER PRIMARY KEY CHECK (trade_id > 0),"
    " slot INTEGER NOT NULL," /* of its latest record */
    " state TEXT NOT NULL,"
    " book INTEGER NOT NULL,"
    " strategy TEXT NOT NULL,"
    " symbol TEXT NOT NULL,"
    " qty_e9 INTEGER NOT NULL,"
    " cost_e9 INTEGER NOT NULL,"
    " realized_e9 INTEGER NOT NULL,"
    " opened TEXT,"
    " closed TEXT,"
    " entry_qty_e9 INTEGER NOT NULL CHECK (entry_qty_e9 >= 0),"
    " entry_value_e9 INTEGER NOT NULL CHECK (entry_value_e9 >= 0),"
    " exit_qty_e9 INTEGER NOT NULL CHECK (exit_qty_e9 >= 0),"
    " exit_value_e9 INTEGER NOT NULL CHECK (exit_value_e9 >= 0),"
    " commission_e9 INTEGER NOT NULL CHECK (commission_e9 >= 0)"
    ") STRICT;"
    "CREATE TABLE slices ("
    " slice INTEGER PRIMARY KEY CHECK (slice >= 0),"
    " slot INTEGER NOT NULL,"
    " ts_ns INTEGER NOT NULL,"
    " ts TEXT NOT NULL,"
    " equity_e9 INTEGER NOT NULL,"
    " cash_e9 INTEGER NOT NULL,"
    " positions INTEGER NOT NULL CHECK (positions >= 0),"
    " evaluations INTEGER NOT NULL CHECK (evaluations >= 0)," /* in this slice */
    " orders INTEGER NOT NULL CHECK (orders >= 0),"           /* since the run began */
    " fills INTEGER NOT NULL CHECK (fills >= 0),"             /* since the run began */
    " traded INTEGER NOT NULL CHECK (traded IN (0, 1)),"
    " decision_hash TEXT NOT NULL"
    ") STRICT;"
    "CREATE TABLE conditions (" /* of a broker elsewhere: what keeps entries shut */
    " slot INTEGER PRIMARY KEY,"
    " ts_ns INTEGER NOT NULL,"
    " ts TEXT NOT NULL,"
    " seen_ts_ns INTEGER NOT NULL,"
    " condition TEXT NOT NULL," /* holding: shares that are not ours; a notice */
    " begins INTEGER NOT NULL CHECK (begins IN (0, 1)),"
    " symbol TEXT,"           /* of halted and of a holding or a notice */
    " value INTEGER NOT NULL" /* of the last two: shares in e9 */
    ") STRICT;";

const struct journal_table_def journal_tables[TABLE_COUNT] = {
    [TABLE_RUN] = {"run",         2,  false},
    [TABLE_INSTRUMENTS] = {"instruments", 2,  false},
    [TABLE_DEPOSITS] = {"deposits",    4,  false},
    [TABLE_DECISIONS] = {"decisions",   15, false},
    [TABLE_ORDERS] = {"orders",      16, false},
    [TABLE_REPORTS] = {"reports",     7,  false},
    [TABLE_FILLS] = {"fills",       13, false},
    [TABLE_BUSTS] = {"busts",       13, false},
    [TABLE_POSTINGS] = {"postings",    11, false},
 /* A trade has one row, its latest state. */
    [TABLE_TRADES] = {"trades",      16, true },
    [TABLE_SLICES] = {"slices",      12, false},
    [TABLE_CONDITIONS] = {"conditions",  8,  false},
};
