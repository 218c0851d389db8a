/* The floor: the least a server can do for the scenarios fanout and chat. One thread, epoll. A
 * connection's first message names its room and comes back; each later one is copied as it is to
 * all members of the room. What gathers during a turn of the loop is written once per socket.
 * It knows only this project's generator: it answers RFC 6455's sample key, takes masks to be
 * zero, and never frees a connection.
 *
 *     cc -O2 -o floor floor.c && ./floor 8080 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct bytes { char* data; size_t size, capacity; };
struct room { char name[128]; struct conn** members; size_t count; };
struct conn {
  int fd, upgraded, dirty;
  struct room* room;
  size_t index; /* among the members */
  struct bytes in, out;
};

static struct room rooms[4096];
static struct conn* dirty[65536];
static size_t dirty_count;
static const char accepted[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
  "Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

static void append(struct bytes* to, const void* from, size_t size) {
  if (to->size + size > to->capacity)
    to->data = realloc(to->data, to->capacity = 2 * (to->size + size));
  memcpy(to->data + to->size, from, size);
  to->size += size;
}

static void drop_front(struct bytes* from, size_t size) {
  memmove(from->data, from->data + size, from->size -= size);
}

static void send_to(struct conn* to, const void* data, size_t size) {
  append(&to->out, data, size);
  if (!to->dirty)
    dirty[dirty_count++] = to;
  to->dirty = 1;
}

static void join(struct conn* who, const char* name, size_t size) {
  struct room* at = rooms;
  while (at->name[0] && (strncmp(at->name, name, size) || at->name[size]))
    ++at;
  memcpy(at->name, name, size);
  at->members = realloc(at->members, (at->count + 1) * sizeof(void*));
  at->members[who->index = at->count++] = who;
  who->room = at;
}

static void end(struct conn* who) {
  if (who->room) {
    struct conn* last = who->room->members[--who->room->count];
    who->room->members[last->index = who->index] = last;
  }
  close(who->fd);
  who->fd = -1;
}

/* Takes one frame or the handshake; returns its size, or 0 if it is incomplete. */
static size_t take(struct conn* who, char* in, size_t size) {
  size_t length = size > 1 ? in[1] & 127 : 0, header = length == 126 ? 8 : 6;
  if (!who->upgraded) {
    char* head_end = memmem(in, size, "\r\n\r\n", 4);
    if (!head_end)
      return 0;
    send_to(who, accepted, sizeof(accepted) - 1);
    who->upgraded = 1;
    return (size_t)(head_end - in) + 4;
  }
  if (header == 8 && size >= header)
    length = (size_t)(unsigned char)in[2] << 8 | (unsigned char)in[3];
  if (size < header + length)
    return 0;
  memmove(in + 4, in, header - 4); /* over the mask: a frame as servers send it */
  in[5] &= 127;
  if ((in[4] & 15) == 8) {
    end(who);
  } else if (who->room) {
    for (size_t i = 0; i < who->room->count; ++i)
      send_to(who->room->members[i], in + 4, header - 4 + length);
  } else {
    join(who, in + header, length);
    send_to(who, in + 4, header - 4 + length);
  }
  return header + length;
}

static void receive(struct conn* who) {
  char buffer[65536];
  ssize_t got = recv(who->fd, buffer, sizeof(buffer), MSG_DONTWAIT);
  if (got <= 0)
    return got < 0 && errno == EAGAIN ? (void)0 : end(who);
  append(&who->in, buffer, (size_t)got);
  size_t done = 0, size;
  while (who->fd >= 0 && (size = take(who, who->in.data + done, who->in.size - done)))
    done += size;
  drop_front(&who->in, done);
  if (who->fd >= 0 && got == sizeof(buffer)) /* or epoll would not tell of the rest */
    receive(who);
}

static void flush(struct conn* to) {
  ssize_t sent = send(to->fd, to->out.data, to->out.size, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent > 0)
    drop_front(&to->out, (size_t)sent);
  to->dirty = 0;
}

int main(int argc, char** argv) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  struct epoll_event events[1024], on = {EPOLLIN, {.ptr = NULL}};
  int loop = epoll_create1(0), listener = socket(AF_INET, SOCK_STREAM, 0);
  at.sin_port = htons((unsigned short)atoi(argc > 1 ? argv[1] : "8080"));
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  if (bind(listener, (void*)&at, sizeof(at)) || listen(listener, 4096))
    return perror("floor"), 1;
  epoll_ctl(loop, EPOLL_CTL_ADD, listener, &on);
  for (;; dirty_count = 0) {
    for (int i = 0, count = epoll_wait(loop, events, 1024, -1); i < count; ++i) {
      struct conn* who = events[i].data.ptr;
      if (who) {
        if (events[i].events & EPOLLIN)
          receive(who);
        if (who->out.size) /* has had to wait */
          send_to(who, "", 0);
      } else {
        who = on.data.ptr = calloc(1, sizeof(*who));
        who->fd = accept(listener, NULL, NULL);
        on.events = EPOLLIN | EPOLLOUT | EPOLLET;
        setsockopt(who->fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        epoll_ctl(loop, EPOLL_CTL_ADD, who->fd, &on);
      }
    }
    for (size_t i = 0; i < dirty_count; ++i)
      flush(dirty[i]);
  }
}
