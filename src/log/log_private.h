/* log_private.h: layout of segments and blocks, and the scan that opening for reading and for
 * writing share. For the files of log/ and their tests only. */
#ifndef LOG_LOG_PRIVATE_H
#define LOG_LOG_PRIVATE_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "log/log.h"

#define LOG_FORMAT_VERSION 1

#define SEGMENT_MAGIC       UINT64_C(0x474553474f4c5742) /* "BWLOGSEG" */
#define SEGMENT_HEADER_SIZE 4096
#define SEGMENT_SIZE_MAX    (UINT64_C(256) << 20)
#define SEGMENTS_MAX        999999
#define SEGMENT_NAME_SIZE   16 /* "000001.bwlog" and its NUL, with room */

#define BLOCK_MAGIC UINT32_C(0x4b425742) /* "BWBK" */

/* A block is written when this much has gathered at the end of a step. */
#define BLOCK_SLOTS_ENOUGH 1024

struct segment_header {
    uint64_t magic;
    uint32_t version;
    uint32_t number; /* 1, 2, ... as in the file's name */
    uint64_t nonce;
    uint64_t chain_before;
    uint64_t slots_before;
    unsigned char unused[20];
    uint32_t crc; /* of all 4096 bytes with this field zero */
};

struct block_header {
    uint32_t magic;
    uint32_t slots;         /* that follow; 0 in the block that ends a clean close */
    uint64_t first_slot;    /* ordinal of the first of them in the whole log */
    uint64_t synced_blocks; /* so many from the log's start were durable when it was written */
    uint64_t chain_before;
    uint64_t nonce;
    uint32_t payload_crc;
    unsigned char unused[16];
    uint32_t header_crc; /* of the bytes before it */
};

static_assert(sizeof(struct segment_header) == EVENT_SIZE, "first slot of the header page");
static_assert(sizeof(struct block_header) == EVENT_SIZE, "one slot");
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the log is little-endian");

/* The doors to the disk, and the size of a segment: tests make segments small and writes fail. */
struct log_options {
    uint64_t segment_size_max;
    ssize_t (*write_at)(int fd, const void *bytes, size_t length, off_t offset);
    int (*sync)(int fd);
};

extern const struct log_options log_options_default;

/* log_create() and log_reopen() with other options; `options` is borrowed for the log's life. */
enum err log_create_with(const struct log_options *options, const char *dir, log_tap *tap,
                         void *tap_context, struct log **log, struct problem *problem);
enum err log_reopen_with(const struct log_options *options, const char *dir, log_tap *tap,
                         void *tap_context, struct log **log, uint64_t *cut_bytes,
                         struct problem *problem);

/* "000001.bwlog" */
void segment_name(uint32_t number, char name[SEGMENT_NAME_SIZE]);

/* CRC of a header page, whose own field counts as zero. */
uint32_t segment_header_crc(const unsigned char page[SEGMENT_HEADER_SIZE]);

/* The chain value after a block with this header. */
uint64_t block_chain(const struct block_header *header);

/* The chain value before the first block of a log. */
uint64_t log_chain_start(uint64_t nonce);

/* What opening finds: every segment mapped, every block checked. */
struct log_block {
    const struct event *slots;
    uint64_t slot_count;
};

struct log_segment {
    const unsigned char *map; /* NULL when the file is empty */
    uint64_t size;
    bool borrowed; /* not to be unmapped */
};

struct log_scan {
    const char *dir;
    struct log_segment *segments;
    uint32_t segment_count; /* that are open, good ones and a last one without header */
    uint32_t good_segments; /* that have a header; the last of them is the one to go on in */
    uint64_t end_offset;    /* in the last good segment, behind its last whole block */
    struct log_block *blocks;
    uint64_t block_count;
    uint64_t block_capacity;
    uint64_t nonce;
    uint64_t chain;
    uint64_t slots;
    uint64_t torn_bytes; /* behind end_offset, up to the last byte that is not zero */
};

/* The only segment of a log in memory, up to its last block; valid until the log takes more. */
const void *log_memory(const struct log *log, uint64_t *size);

/* Checks such a segment, which stays the caller's. */
enum err log_scan_open_memory(struct log_scan *scan, const void *segment, uint64_t size,
                              struct problem *problem);

/* Checks the whole log of `dir`, which stays the caller's. Errors as log_reader_open(). */
enum err log_scan_open(struct log_scan *scan, const char *dir, struct problem *problem);

/* Unmaps and frees; safe on a zeroed struct. */
void log_scan_finish(struct log_scan *scan);

#endif
