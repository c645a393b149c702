/* control_test.c: the lines of the protocol, and a socket that nobody can hold up. */
#include "driver/control.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "data/data_test.h"
#include "sys/memory.h"

/* ---- lines ---- */

Test(control, reads_every_command)
{
    static const struct {
        const char *line;
        enum control_verb verb;
        int64_t speed_e9;
    } cases[] = {
        {"{\"command\":\"status\"}",                  CONTROL_STATUS,  0           },
        {" { \"command\" : \"pause\" } ",             CONTROL_PAUSE,   0           },
        {"{\"command\":\"unpause\"}\r",               CONTROL_UNPAUSE, 0           },
        {"{\"command\":\"stop\"}",                    CONTROL_STOP,    0           },
        {"{\"command\":\"speed\",\"speed\":260}",     CONTROL_SPEED,   260000000000},
        {"{\"speed\":\"0.5\",\"command\":\"speed\"}", CONTROL_SPEED,   500000000   },
        {"{\"command\":\"speed\",\"speed\":\"max\"}", CONTROL_SPEED,   0           },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct control_request request;
        const char *fault = control_line_read(cases[i].line, strlen(cases[i].line), &request);
        cr_assert_null(fault, "%s: %s", cases[i].line, fault);
        cr_expect_eq(request.verb, cases[i].verb);
        cr_expect_eq(request.speed_e9, cases[i].speed_e9);
    }
}

Test(control, refuses_what_is_no_request)
{
    static const char *const lines[] = {
        "",
        "status",
        "[]",
        "{}",
        "{\"command\":\"status\"",
        "{\"command\":\"status\"}{\"command\":\"stop\"}",
        "{\"command\":\"status\",\"command\":\"stop\"}",
        "{\"command\":\"kill\"}",
        "{\"command\":\"PAUSE\"}",
        "{\"command\":1}",
        "{\"command\":null}",
        "{\"command\":\"pause\",\"why\":\"lunch\"}",
        "{\"command\":\"pause\",\"speed\":2}",
        "{\"command\":\"speed\"}",
        "{\"command\":\"speed\",\"speed\":0}",
        "{\"command\":\"speed\",\"speed\":-1}",
        "{\"command\":\"speed\",\"speed\":1000000001}",
        "{\"command\":\"speed\",\"speed\":1e9}",
        "{\"command\":\"speed\",\"speed\":\"fast\"}",
        "{\"command\":\"speed\",\"speed\":{}}",
        "{\"command\":\"speed\",\"speed\":2,\"speed\":3}",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct control_request request = {CONTROL_STOP, 7};
        cr_expect_not_null(control_line_read(lines[i], strlen(lines[i]), &request), "%s", lines[i]);
        cr_expect(request.verb == CONTROL_STOP && request.speed_e9 == 7, "left as it was");
    }
}

/* ---- the socket ---- */

struct place {
    char *folder;
    struct control *control;
};

static void place_init(struct place *place)
{
    struct problem problem;
    place->folder = folder_create();
    enum err err = control_open(place->folder, &place->control, &problem);
    cr_assert_eq(err, ERR_OK, "%s", problem.text);
}

static void place_finish(struct place *place)
{
    control_close(place->control);
    folder_remove(place->folder);
}

static int connect_to(const struct place *place)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/" CONTROL_SOCKET, place->folder);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval timeout = {.tv_sec = 5};
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void tell(int fd, const char *text)
{
    cr_assert_eq(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* What the engine said so far; empty at the end of the connection. */
static char *heard(int fd, char text[4096])
{
    ssize_t got = recv(fd, text, 4095, 0);
    text[got > 0 ? got : 0] = '\0';
    return text;
}

static const struct control_status status = {
    .run_id = "20261121-031028-82a5", .mode = "sim", .state = "RUN", .simulated = true};

Test(control, is_for_its_owner_alone)
{
    struct place place;
    place_init(&place);
    char *path = xasprintf("%s/" CONTROL_SOCKET, place.folder);
    struct stat stat;
    cr_assert_eq(lstat(path, &stat), 0);
    cr_expect(S_ISSOCK(stat.st_mode));
    cr_expect_eq(stat.st_mode & 0777, 0600);
    place_finish(&place);
    cr_expect_neq(access(path, F_OK), 0, "gone with the run");
    free(path);
}

Test(control, answers_one_request_after_the_other)
{
    struct place place;
    struct control_request request;
    char text[4096];
    place_init(&place);
    cr_expect_not(control_next(place.control, &request), "nobody is there");
    int fd = connect_to(&place);
    tell(fd, "{\"command\":\"pause\"}\n{\"command\":\"status\"}\n{\"comm");
    cr_assert(control_next(place.control, &request));
    cr_expect_eq(request.verb, CONTROL_PAUSE);
    control_answer(place.control, &status);
    cr_assert(control_next(place.control, &request));
    cr_expect_eq(request.verb, CONTROL_STATUS);
    control_answer(place.control, &status);
    cr_expect_not(control_next(place.control, &request), "half a line is none");
    cr_expect_not_null(strstr(heard(fd, text), "{\"ok\":true,\"run_id\":\"20261121-031028-82a5\""));
    tell(fd, "and\":\"stop\"}\n");
    cr_assert(control_next(place.control, &request));
    cr_expect_eq(request.verb, CONTROL_STOP);
    (void)close(fd); /* before the answer: nobody is hurt */
    control_answer(place.control, &status);
    cr_expect_not(control_next(place.control, &request));
    place_finish(&place);
}

Test(control, a_peer_that_leaves_right_away_is_obeyed)
{
    struct place place;
    struct control_request request;
    place_init(&place);
    int fd = connect_to(&place);
    tell(fd, "{\"command\":\"pause\"}\n{\"command\":\"stop\"}\n");
    (void)close(fd);
    cr_assert(control_next(place.control, &request));
    control_answer(place.control, &status);
    place_finish(&place);
}

Test(control, garbage_is_answered_and_changes_nothing)
{
    struct place place;
    struct control_request request;
    char text[4096];
    place_init(&place);
    int fd = connect_to(&place);
    tell(fd, "GET / HTTP/1.1\n\n\x01\xff\n{\"command\":\"explode\"}\n");
    cr_expect_not(control_next(place.control, &request));
    cr_expect_eq(strncmp(heard(fd, text), "{\"ok\":false,\"error\":", 20), 0);
    tell(fd, "{\"command\":\"status\"}\n");
    cr_expect(control_next(place.control, &request), "the connection still works");
    control_answer(place.control, &status);
    (void)close(fd);
    place_finish(&place);
}

Test(control, a_huge_line_ends_the_connection)
{
    struct place place;
    struct control_request request;
    char text[4096];
    place_init(&place);
    int fd = connect_to(&place);
    char *huge = xmalloc(100001);
    memset(huge, ' ', 100000);
    huge[100000] = '\0';
    tell(fd, huge);
    free(huge);
    cr_expect_not(control_next(place.control, &request));
    cr_expect_not_null(strstr(heard(fd, text), "too long"));
    cr_expect_eq(heard(fd, text)[0], '\0', "closed");
    (void)close(fd);
    fd = connect_to(&place);
    tell(fd, "{\"command\":\"status\"}\n");
    cr_expect(control_next(place.control, &request), "others are served");
    control_answer(place.control, &status);
    (void)close(fd);
    place_finish(&place);
}

Test(control, the_line_of_the_greatest_length_is_taken)
{
    struct place place;
    struct control_request request;
    char line[CONTROL_LINE_MAX + 2];
    place_init(&place);
    int fd = connect_to(&place);
    memset(line, ' ', CONTROL_LINE_MAX);
    memcpy(line, "{\"command\":\"pause\"}", 19);
    line[CONTROL_LINE_MAX] = '\n';
    line[CONTROL_LINE_MAX + 1] = '\0';
    tell(fd, line);
    cr_expect(control_next(place.control, &request));
    control_answer(place.control, &status);
    (void)close(fd);
    place_finish(&place);
}

Test(control, a_crowd_does_not_shut_out_the_next)
{
    struct place place;
    struct control_request request;
    int idle[3 * CONTROL_PEERS_MAX];
    place_init(&place);
    for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++) {
        idle[i] = connect_to(&place);
        cr_expect_not(control_next(place.control, &request));
    }
    int fd = connect_to(&place);
    tell(fd, "{\"command\":\"pause\"}\n");
    cr_expect(control_next(place.control, &request));
    control_answer(place.control, &status);
    (void)close(fd);
    for (size_t i = 0; i < sizeof idle / sizeof idle[0]; i++) {
        (void)close(idle[i]);
    }
    place_finish(&place);
}

Test(control, a_call_from_another_process_is_answered)
{
    struct place place;
    struct control_request request;
    place_init(&place);
    pid_t child = fork();
    if (child == 0) {
        char *answer = NULL;
        struct problem problem;
        enum err err =
            control_call(place.folder, "{\"command\":\"speed\",\"speed\":2}", &answer, &problem);
        _exit(err == ERR_OK && strstr(answer, "\"state\":\"RUN\"") != NULL ? 0 : 1);
    }
    while (!control_next(place.control, &request)) {
        (void)usleep(1000);
    }
    cr_expect_eq(request.verb, CONTROL_SPEED);
    cr_expect_eq(request.speed_e9, 2000000000);
    control_answer(place.control, &status);
    int result = -1;
    cr_assert_eq(waitpid(child, &result, 0), child);
    cr_expect_eq(result, 0);
    place_finish(&place);
}

/* Only root can be another user. */
Test(control, another_user_is_not_heard)
{
    if (geteuid() != 0) {
        cr_skip("only root can try it as another user");
    }
    struct place place;
    struct control_request request;
    place_init(&place);
    char *path = xasprintf("%s/" CONTROL_SOCKET, place.folder);
    cr_assert_eq(chmod(path, 0777), 0); /* as if somebody had opened it */
    cr_assert_eq(chmod(place.folder, 0777), 0);
    pid_t child = fork();
    if (child == 0) {
        char text[4096];
        if (setuid(65534) != 0) {
            _exit(2);
        }
        int fd = connect_to(&place);
        (void)send(fd, "{\"command\":\"stop\"}\n", 19, MSG_NOSIGNAL);
        _exit(heard(fd, text)[0] == '\0' ? 0 : 1);
    }
    int result = -1;
    bool asked = false;
    while (waitpid(child, &result, WNOHANG) == 0) {
        asked = control_next(place.control, &request) || asked;
        (void)usleep(1000);
    }
    cr_expect_not(asked);
    cr_expect_eq(result, 0);
    free(path);
    place_finish(&place);
}

Test(control, a_call_to_nobody_says_so)
{
    char *answer = NULL;
    struct problem problem;
    char *folder = folder_create();
    cr_expect_eq(control_call(folder, "{}", &answer, &problem), ERR_NOT_FOUND);
    struct control *control;
    cr_assert_eq(control_open(folder, &control, &problem), ERR_OK);
    control_close(control);
    cr_expect_eq(control_call(folder, "{}", &answer, &problem), ERR_NOT_FOUND);
    folder_remove(folder);
}

Test(control, a_socket_that_was_left_is_replaced)
{
    struct place place;
    struct problem problem;
    struct control *next;
    place_init(&place);
    cr_assert_eq(control_open(place.folder, &next, &problem), ERR_OK);
    control_close(next);
    place_finish(&place);
}
