/* log_fuzz.c: whatever a segment file holds, opening refuses it or gives records that fill the log
 * without running over an end.
 *
 * The input's first byte chooses: 0, the rest is the file as it is; else the rest is XORed, byte by
 * byte, onto a good log, whose checksums are then made right again, so that the fuzzer gets behind
 * them. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "log/log_private.h"
#include "log/preamble.h"
#include "sys/crc32c.h"

#define FILE_SIZE_MAX 65536

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length);

/* A folder of this process, in memory where there is such a place, emptied at its end. */
static char dir[64];
static char path[96];

static void clean_up(void)
{
    (void)unlink(path);
    (void)rmdir(dir);
}

static void make_dir(void)
{
    bool memory = access("/dev/shm", W_OK) == 0;
    (void)snprintf(dir, sizeof dir, "%s/bellwether-log-fuzz-XXXXXX", memory ? "/dev/shm" : "/tmp");
    CHECK(mkdtemp(dir) != NULL);
    (void)snprintf(path, sizeof path, "%s/000001.bwlog", dir);
    CHECK(atexit(clean_up) == 0);
}

/* A header page, a block with a preamble's beginning, two blocks of plain records. */
static size_t good_log(unsigned char *file)
{
    struct segment_header header = {.magic = SEGMENT_MAGIC, .version = 1, .number = 1, .nonce = 7};
    header.chain_before = log_chain_start(header.nonce);
    memset(file, 0, FILE_SIZE_MAX);
    memcpy(file, &header, sizeof header);
    size_t at = SEGMENT_HEADER_SIZE;
    for (uint64_t block = 0; block < 3; block++) {
        struct block_header head = {.magic = BLOCK_MAGIC, .slots = 4, .first_slot = 4 * block};
        head.nonce = header.nonce;
        memcpy(file + at, &head, sizeof head);
        for (uint64_t i = 0; i < head.slots; i++) {
            struct event slot = {.ts_ns = (int64_t)(4 * block + i), .slots = 1};
            slot.kind = block > 0 ? EVENT_BAR : i == 0 ? EVENT_LOG_START : EVENT_LOG_TEXT;
            slot.flags = (uint8_t)i;
            slot.bytes[0] = block == 0 && i == 0 ? 1 : 0; /* preamble's format */
            slot.bytes[4] = block == 0 && i == 0 ? MODE_SIM : 0;
            memcpy(file + at + (1 + i) * EVENT_SIZE, &slot, sizeof slot);
        }
        at += (1 + head.slots) * EVENT_SIZE;
    }
    return at;
}

/* Makes all checksums and the chain right, whatever else was changed. */
static void seal(unsigned char *file, size_t size)
{
    struct segment_header header;
    memcpy(&header, file, sizeof header);
    header.crc = segment_header_crc(file);
    memcpy(file, &header, sizeof header);
    uint64_t chain = header.chain_before;
    size_t at = SEGMENT_HEADER_SIZE;
    while (at + EVENT_SIZE <= size) {
        struct block_header head;
        memcpy(&head, file + at, sizeof head);
        if (head.slots > (size - at) / EVENT_SIZE - 1) {
            return;
        }
        head.chain_before = chain;
        head.payload_crc = crc32c(0, file + at + EVENT_SIZE, (size_t)head.slots * EVENT_SIZE);
        head.header_crc = crc32c(0, &head, offsetof(struct block_header, header_crc));
        memcpy(file + at, &head, sizeof head);
        chain = block_chain(&head);
        at += (1 + (size_t)head.slots) * EVENT_SIZE;
    }
}

static size_t build(unsigned char *file, const unsigned char *bytes, size_t length)
{
    if (length == 0 || bytes[0] == 0) {
        size_t size = length == 0 ? 0 : length - 1;
        size = size > FILE_SIZE_MAX ? FILE_SIZE_MAX : size;
        memcpy(file, bytes + (length == 0 ? 0 : 1), size);
        return size;
    }
    size_t size = good_log(file);
    for (size_t i = 1; i < length && SEGMENT_HEADER_SIZE + i - 1 < size; i++) {
        file[SEGMENT_HEADER_SIZE + i - 1] ^= bytes[i];
    }
    if (bytes[0] % 2 != 0) {
        seal(file, size);
    }
    return size;
}

static void read_all(struct log_reader *reader)
{
    uint64_t slots = 0;
    uint64_t sum = 0; /* reads every slot, for the sanitizer to watch */
    const struct event *record;
    while ((record = log_reader_next(reader)) != NULL) {
        CHECK(record->slots > 0);
        for (size_t i = 0; i < record->slots; i++) {
            sum += record[i].bytes[39];
        }
        slots += record->slots;
    }
    CHECK(slots == log_reader_slots(reader) && sum <= slots * UINT8_MAX);
    struct preamble preamble;
    if (preamble_read(reader, &preamble, NULL) == ERR_OK) {
        CHECK(preamble.config_length <= PREAMBLE_TEXT_MAX);
        preamble_finish(&preamble);
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t length)
{
    static unsigned char file[FILE_SIZE_MAX];
    if (dir[0] == '\0') {
        make_dir();
    }
    size_t size = build(file, bytes, length);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    CHECK(fd >= 0 && write(fd, file, size) == (ssize_t)size && close(fd) == 0);
    struct log_reader *reader = NULL;
    struct problem problem;
    enum err err = log_reader_open(dir, &reader, &problem);
    if (err == ERR_OK) {
        read_all(reader);
        log_reader_close(reader);
    } else {
        CHECK(err == ERR_DAMAGED || err == ERR_FORMAT || err == ERR_NOT_FOUND);
    }
    return 0;
}
