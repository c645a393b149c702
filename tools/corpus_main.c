/* corpus_main.c: feeds every file of a folder to a fuzz target, once, and answers in TAP.
 * So each input that ever mattered is an ordinary test, in every build and with every compiler. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* Returns NULL when the file cannot be read; otherwise the caller frees. Never NULL for a file of
 * no bytes, which is an input like any other. */
static uint8_t *read_all(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rbe");
    struct stat facts;
    uint8_t *bytes = NULL;
    if (file == NULL) {
        return NULL;
    }
    if (fstat(fileno(file), &facts) == 0 && S_ISREG(facts.st_mode)) {
        size_t size = (size_t)facts.st_size;
        /* Not a byte more than the input: a read past its end is then visible to ASan. */
        bytes = malloc(size > 0 ? size : 1);
        if (bytes != NULL && fread(bytes, 1, size, file) != size) {
            free(bytes);
            bytes = NULL;
        }
        *length = size;
    }
    (void)fclose(file);
    return bytes;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    struct dirent **names = NULL;
    int count = scandir(argv[1], &names, NULL, alphasort);
    int run = 0;
    int unread = 0;
    for (int i = 0; i < count; i++) {
        if (names[i]->d_name[0] != '.') {
            char path[4096];
            size_t length = 0;
            (void)snprintf(path, sizeof path, "%s/%s", argv[1], names[i]->d_name);
            uint8_t *bytes = read_all(path, &length);
            run++;
            if (bytes == NULL) {
                unread++;
                (void)printf("not ok %d - %s cannot be read\n", run, names[i]->d_name);
            } else {
                /* A finding aborts, and the missing plan tells the test runner. */
                (void)LLVMFuzzerTestOneInput(bytes, length);
                (void)printf("ok %d - %s\n", run, names[i]->d_name);
            }
            (void)fflush(stdout);
            free(bytes);
        }
        free(names[i]);
    }
    free(names);
    (void)printf("1..%d\n", run);
    return count < 0 || unread > 0 ? 1 : 0;
}
