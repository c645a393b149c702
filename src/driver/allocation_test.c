/* allocation_test.c: handling an event allocates nothing.
 *
 * The C library's allocator is counted at its door: this program has the allocator's names itself
 * and passes each call on. Under AddressSanitizer, which has them, too, its hooks count. */
#include <malloc.h>

#include "driver/driver_test.h"

static uint64_t calls; /* of the allocator, frees included */

#ifndef __has_feature
#define __has_feature(x) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)

/* Of the sanitizer's run time; gcc has no header of it. */
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t),
                                              void (*on_free)(const volatile void *));

static void malloc_seen(const volatile void *block, size_t size)
{
    (void)block;
    (void)size;
    calls++;
}

static void free_seen(const volatile void *block)
{
    (void)block;
    calls++;
}

static void count_calls(void)
{
    cr_assert_neq(__sanitizer_install_malloc_and_free_hooks(malloc_seen, free_seen), 0);
}

#else

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

void *malloc(size_t size)
{
    calls++;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    calls++;
    return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size)
{
    calls++;
    return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    calls++;
    return __libc_memalign(alignment, size);
}

void *memalign(size_t alignment, size_t size)
{
    calls++;
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    calls++;
    *block = __libc_memalign(alignment, size);
    return *block == NULL ? 12 : 0; /* ENOMEM */
}

void free(void *block)
{
    calls++;
    __libc_free(block);
}

static void count_calls(void)
{
}

#endif

/* A feed that brings one slice at a time and notes the count of calls when it is asked for the
 * slices of its two marks; without `single`, all slices from one mark to the other at once. */
struct counting_feed {
    struct feed feed; /* first */
    struct feed *inner;
    bool single;
    uint64_t from, to; /* ordinals */
    uint64_t given;
    uint64_t calls_from, calls_to;
};

static bool counting_more(struct feed *feed)
{
    struct counting_feed *self = (struct counting_feed *)feed;
    struct slice slice;
    if (self->given == self->from) {
        self->calls_from = calls;
    }
    if (self->given == self->to) {
        self->calls_to = calls;
    }
    uint64_t until = self->given + 1;
    if (!self->single) {
        until = self->given < self->from ? self->from : self->to;
    }
    bool more = false;
    while (self->given < until && feed_next(self->inner, &slice)) {
        self->given++;
        feed->end = slice.bars + slice.count;
        more = true;
    }
    return more;
}

static void counting_seek(struct feed *feed, uint64_t slice)
{
    (void)feed;
    (void)slice;
    cr_assert(false, "nobody resumes here");
}

static void counting_destroy(struct feed *feed)
{
    (void)feed; /* lies on the test's stack */
}

static const struct feed_ops counting_ops = {
    .more = counting_more, .seek = counting_seek, .destroy = counting_destroy};

/* Calls of the allocator between two slices of a run. */
static uint64_t calls_between(const struct stage *stage, struct run_options options, bool single,
                              uint64_t from, uint64_t to)
{
    struct run run;
    const struct event *first = stage->bars.records;
    struct counting_feed feed = {
        .feed = {.ops = &counting_ops, .next = first, .end = first},
        .inner = feed_bars_create(&stage->bars),
        .single = single,
        .from = from,
        .to = to
    };
    options.feed = &feed.feed;
    run_whole(stage, &options, &run);
    cr_assert_eq(run.err, ERR_OK, "%s", run.problem.text);
    cr_assert_gt(driver_engine(run.driver)->counters.fills, 1000);
    cr_assert_eq(feed.given, stage->bars.slice_count);
    cr_assert_gt(feed.calls_to, 0, "both marks were passed");
    feed.inner->ops->destroy(feed.inner);
    run_finish(&run);
    return feed.calls_to - feed.calls_from;
}

Test(allocation, the_count_counts)
{
    count_calls();
    uint64_t before = calls;
    for (size_t i = 1; i <= 10; i++) {
        char *block = xrealloc(xmalloc(i), 1000 * i);
        block[0] = 1;
        free(block);
        free(xcalloc(i, 1));
        free(xcalloc_aligned(64));
    }
    cr_assert_geq(calls - before, 60);
}

Test(allocation, a_run_without_log_allocates_nothing_per_event)
{
    static const struct {
        const char *what;
        uint64_t bars;
        uint32_t symbols;
        bool single;
    } cases[] = {
        {"one symbol, all at once",       100000, 1,  false},
        {"fifty of them, all at once",    2000,   50, false},
        {"one symbol, slice by slice",    100000, 1,  true },
        {"fifty of them, slice by slice", 2000,   50, true },
    };
    count_calls();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stage stage;
        stage_init(&stage, COMMON_SETUP(cases[i].bars, 42, cases[i].symbols));
        uint64_t grown =
            calls_between(&stage, (struct run_options){0}, cases[i].single, 0, cases[i].bars);
        cr_assert_eq(grown, 0, "%s: %" PRIu64 " calls", cases[i].what, grown);
        stage_finish(&stage);
    }
}

/* A log gathers in a buffer of its own; a new segment or a larger block may ask for memory, but
 * that has nothing to do with the number of events. */
Test(allocation, a_run_with_a_log_allocates_at_most_a_constant)
{
    static const struct {
        const char *what;
        enum market_log market_log;
    } cases[] = {
        {"the market in the log", MARKET_LOG_FULL},
        {"references",            MARKET_LOG_REF },
    };
    count_calls();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct stage stage;
        stage_init(&stage, COMMON_SETUP(100000, 42, 1));
        char *dir = xasprintf("%s/log", stage.folder);
        struct run_options options = {.log_dir = dir, .market_log = cases[i].market_log};
        uint64_t grown = calls_between(&stage, options, true, 1000, 100000);
        cr_assert_leq(grown, 16, "%s: %" PRIu64 " calls", cases[i].what, grown);
        free(dir);
        stage_finish(&stage);
    }
}
