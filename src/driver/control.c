/* control.c: see control.h. One epoll set holds the listener and the peers; everything is
 * non-blocking. Paths go through /proc/self/fd, because a socket's own may have 107 bytes only. */
#include "driver/control.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/check.h"
#include "sys/memory.h"

struct peer {
    int fd;         /* -1: nobody */
    uint64_t heard; /* when it last said something, in looks */
    size_t length;
    char line[CONTROL_LINE_MAX + 1]; /* with its newline */
};

struct control {
    char *path;
    int listener;
    int epoll;
    uint64_t looks;
    struct peer peers[CONTROL_PEERS_MAX];
    struct peer *asking; /* whose request is being carried out */
    struct json_writer json;
};

/* ---- paths ---- */

static enum err socket_address(const char *folder, int *folder_fd, struct sockaddr_un *address,
                               struct problem *problem)
{
    *folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (*folder_fd < 0) {
        return problem_set_errno(problem, "cannot open the folder %s", folder);
    }
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    (void)snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/" CONTROL_SOCKET,
                   *folder_fd);
    return ERR_OK;
}

/* Whether the other end belongs to our user. */
static bool is_ours(int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
}

/* ---- start and end ---- */

/* The socket is made with the right mode; another user never sees it open. */
static int bind_private(int fd, const struct sockaddr_un *address)
{
    mode_t old = umask(0177);
    int result = bind(fd, (const struct sockaddr *)address, sizeof *address);
    int saved = errno;
    (void)umask(old); /* cannot fail */
    errno = saved;
    return result;
}

static enum err listen_at(struct control *control, const char *folder, struct problem *problem)
{
    struct sockaddr_un address;
    int folder_fd = -1;
    enum err err = socket_address(folder, &folder_fd, &address, problem);
    if (err != ERR_OK) {
        return err;
    }
    (void)unlink(address.sun_path); /* what a killed run left, or nothing */
    control->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (control->listener < 0 || bind_private(control->listener, &address) != 0 ||
        listen(control->listener, CONTROL_PEERS_MAX) != 0) {
        err = problem_set_errno(problem, "cannot listen on %s", control->path);
    }
    (void)close(folder_fd); /* only a name */
    return err;
}

static enum err watch(struct control *control, int fd, struct problem *problem)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(control->epoll, EPOLL_CTL_ADD, fd, &event) == 0
               ? ERR_OK
               : problem_set_errno(problem, "cannot watch %s", control->path);
}

enum err control_open(const char *folder, struct control **control, struct problem *problem)
{
    struct control *self = xcalloc(1, sizeof *self);
    self->path = xasprintf("%s/" CONTROL_SOCKET, folder);
    self->listener = -1;
    for (int i = 0; i < CONTROL_PEERS_MAX; i++) {
        self->peers[i].fd = -1;
    }
    json_init(&self->json, false);
    self->epoll = epoll_create1(EPOLL_CLOEXEC);
    enum err err = self->epoll < 0 ? problem_set_errno(problem, "cannot watch %s", self->path)
                                   : listen_at(self, folder, problem);
    if (err == ERR_OK) {
        err = watch(self, self->listener, problem);
    }
    if (err != ERR_OK) {
        control_close(self);
        return err;
    }
    *control = self;
    return ERR_OK;
}

static void let_go(struct peer *peer)
{
    if (peer->fd >= 0) {
        (void)close(peer->fd); /* what was unsent is lost on purpose */
    }
    peer->fd = -1;
    peer->length = 0;
}

void control_close(struct control *control)
{
    if (control == NULL) {
        return;
    }
    for (int i = 0; i < CONTROL_PEERS_MAX; i++) {
        let_go(&control->peers[i]);
    }
    if (control->listener >= 0) {
        (void)close(control->listener);
        (void)unlink(control->path); /* a stale name is met by control_call() and control_open() */
    }
    if (control->epoll >= 0) {
        (void)close(control->epoll);
    }
    json_finish(&control->json);
    free(control->path);
    free(control);
}

int control_fd(const struct control *control)
{
    return control->epoll;
}

/* ---- peers ---- */

/* The newline goes in place of the text's NUL. */
static void say(struct control *control, struct peer *peer)
{
    struct json_writer *json = &control->json;
    size_t size = json->length + 1;
    json->text[json->length] = '\n';
    ssize_t sent = send(peer->fd, json->text, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    json->text[json->length] = '\0';
    if (sent != (ssize_t)size) {
        let_go(peer); /* gone, or it does not read */
    }
}

static void say_error(struct control *control, struct peer *peer, const char *error)
{
    control_error_write(&control->json, error);
    say(control, peer);
}

static struct peer *free_place(struct control *control)
{
    struct peer *place = &control->peers[0];
    for (int i = 0; i < CONTROL_PEERS_MAX; i++) {
        struct peer *peer = &control->peers[i];
        if (peer->fd < 0) {
            return peer;
        }
        place = peer->heard < place->heard ? peer : place;
    }
    let_go(place);
    return place;
}

static void take_peers(struct control *control)
{
    int fd;
    while ((fd = accept4(control->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        if (!is_ours(fd) || epoll_ctl(control->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
            (void)close(fd);
            continue;
        }
        struct peer *peer = free_place(control);
        peer->fd = fd;
        peer->heard = ++control->looks;
    }
}

/* Reads what came; the peer is gone, or its line too long: lets it go. */
static void hear(struct control *control, struct peer *peer)
{
    ssize_t got = recv(peer->fd, peer->line + peer->length, sizeof peer->line - peer->length, 0);
    if (got > 0) {
        peer->length += (size_t)got;
        peer->heard = ++control->looks;
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        let_go(peer);
        return;
    }
    if (peer->length == sizeof peer->line && memchr(peer->line, '\n', peer->length) == NULL) {
        say_error(control, peer, "the line is too long; at most 1024 bytes");
        let_go(peer);
    }
}

/* Takes the peer's first whole line; true when it is a request. */
static bool take_line(struct control *control, struct peer *peer, struct control_request *request)
{
    char *newline = memchr(peer->line, '\n', peer->length);
    if (newline == NULL) {
        return false;
    }
    size_t length = (size_t)(newline - peer->line);
    const char *fault = control_line_read(peer->line, length, request);
    peer->length -= length + 1;
    memmove(peer->line, newline + 1, peer->length);
    if (fault != NULL) {
        say_error(control, peer, fault);
    }
    return fault == NULL;
}

/* The peer's next request among what it sent. */
static bool take_request(struct control *control, struct peer *peer,
                         struct control_request *request)
{
    while (peer->fd >= 0 && memchr(peer->line, '\n', peer->length) != NULL) {
        if (take_line(control, peer, request)) {
            return true;
        }
    }
    return false;
}

bool control_next(struct control *control, struct control_request *request)
{
    CHECK(control->asking == NULL);
    take_peers(control);
    for (int i = 0; i < CONTROL_PEERS_MAX; i++) {
        struct peer *peer = &control->peers[i];
        bool asks = take_request(control, peer, request); /* what an earlier look left */
        if (!asks && peer->fd >= 0) {
            hear(control, peer);
            asks = take_request(control, peer, request);
        }
        if (asks) {
            control->asking = peer;
            return true;
        }
    }
    return false;
}

void control_answer(struct control *control, const struct control_status *status)
{
    CHECK(control->asking != NULL);
    control_status_write(&control->json, status);
    say(control, control->asking);
    control->asking = NULL;
}

/* ---- the other end ---- */

enum { CALL_TIMEOUT_S = 10, ANSWER_MAX = 64 << 10 };

static enum err nobody(const char *folder, struct problem *problem)
{
    return problem_set(problem, ERR_NOT_FOUND,
                       "no engine is running in %s: nothing answers at its " CONTROL_SOCKET,
                       folder);
}

static enum err call_connect(const char *folder, int *fd, struct problem *problem)
{
    struct sockaddr_un address;
    int folder_fd = -1;
    enum err err = socket_address(folder, &folder_fd, &address, problem);
    if (err != ERR_OK) {
        return err;
    }
    struct timeval timeout = {.tv_sec = CALL_TIMEOUT_S};
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)setsockopt(*fd, SOL_SOCKET, SO_RCVTIMEO, &timeout,
                     sizeof timeout); /* or we wait longer */
    int result = connect(*fd, (const struct sockaddr *)&address, sizeof address);
    int code = errno;
    (void)close(folder_fd); /* only a name */
    errno = code;
    if (result == 0 && is_ours(*fd)) {
        return ERR_OK;
    }
    if (result == 0) {
        return problem_set(problem, ERR_REFUSED,
                           "the engine in %s runs as another user; ask as that user", folder);
    }
    return code == ENOENT || code == ECONNREFUSED
               ? nobody(folder, problem)
               : problem_set_errno(problem, "cannot reach the engine in %s", folder);
}

static enum err receive_line(const char *folder, int fd, char *text, struct problem *problem)
{
    size_t length = 0;
    while (length < ANSWER_MAX) {
        ssize_t got = recv(fd, text + length, ANSWER_MAX - length, 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return problem_set(problem, ERR_IO, "the engine in %s did not answer%s", folder,
                               got == 0 ? ": it closed the connection" : " in time");
        }
        length += (size_t)got;
        if (text[length - 1] == '\n') {
            text[length - 1] = '\0';
            return ERR_OK;
        }
    }
    return problem_set(problem, ERR_FORMAT, "the engine in %s answered without end", folder);
}

enum err control_call(const char *folder, const char *line, char **answer, struct problem *problem)
{
    int fd = -1;
    enum err err = call_connect(folder, &fd, problem);
    char *text = xmalloc(ANSWER_MAX + 1);
    char *sent = xasprintf("%s\n", line);
    if (err == ERR_OK && send(fd, sent, strlen(sent), MSG_NOSIGNAL) != (ssize_t)strlen(sent)) {
        err = problem_set_errno(problem, "cannot ask the engine in %s", folder);
    }
    if (err == ERR_OK) {
        err = receive_line(folder, fd, text, problem);
    }
    free(sent);
    if (fd >= 0) {
        (void)close(fd);
    }
    if (err != ERR_OK) {
        free(text);
        return err;
    }
    *answer = text;
    return ERR_OK;
}
