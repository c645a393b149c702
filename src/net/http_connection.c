/* http_connection.c: the memory of a connection. */
#include <stdlib.h>

#include "net/http_private.h"
#include "sys/memory.h"

struct http_connection *http_connection_create(struct http_server *server,
                                               struct MHD_Connection *mhd)
{
    struct http_connection *connection = xcalloc(1, sizeof *connection);
    connection->server = server;
    connection->mhd = mhd;
    connection->next = server->connections;
    if (server->connections != NULL) {
        server->connections->previous = connection;
    }
    server->connections = connection;
    json_init(&connection->json, false);
    connection->body_capacity = 256;
    connection->body = xmalloc(connection->body_capacity);
    return connection;
}

void http_connection_destroy(struct http_connection *connection)
{
    struct http_server *server = connection->server;
    if (server != NULL) {
        if (connection->previous != NULL) {
            connection->previous->next = connection->next;
        } else {
            server->connections = connection->next;
        }
        if (connection->next != NULL) {
            connection->next->previous = connection->previous;
        }
        connection->server = NULL;
        connection->mhd = NULL;
    }
    if (connection->reply.stream != NULL) {
        http_stream_forget(connection->reply.stream);
        connection->reply.stream = NULL;
    }
    loop_timer_destroy(connection->delay);
    connection->delay = NULL;
    if (connection->reply.later != NULL) {
        return; /* who holds it sends it to nobody, and frees this */
    }
    json_finish(&connection->json);
    free(connection->target);
    free(connection->body);
    free(connection->copied);
    free(connection);
}
