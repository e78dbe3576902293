/* An OpenAI-compatible upstream that costs next to nothing: one thread, epoll, loopback only. Linux.
 *
 *     mock            listens on a free port of 127.0.0.1 and prints it as one line
 *
 * POST …/chat/completions   the same 300-token answer each time: one JSON object, or with "stream": true
 *                           50 chunks, each in a send of its own, a closing chunk, a usage chunk when
 *                           "include_usage": true, and [DONE].
 * Text `bench-pace-<n>ms` anywhere in the request: n milliseconds pass between two chunks (the first comes at
 * once). The mark is in the prompt, not in the model name, because a gateway may choose the upstream model itself.
 * GET anything              a list with one model. Any other POST: 404.
 * The answer begins with BEGIN_MARK and ends with END_MARK, so that a client can tell that it is whole.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CHUNKS 50
#define WORDS_PER_CHUNK 6
#define BEGIN_MARK "mock-answer-begins"
#define END_MARK "mock-answer-ends"
#define MAX_CONNECTIONS 4096
#define MAX_REQUEST (8 << 20)
#define READ_SIZE 65536

#define STAMP "\"created\":1790000000,\"model\":\"mock-model\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_mock\""
#define USAGE                                                                                                    \
    "{\"prompt_tokens\":120,\"completion_tokens\":300,\"total_tokens\":420,"                                     \
    "\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":0},"                                        \
    "\"completion_tokens_details\":{\"reasoning_tokens\":0,\"audio_tokens\":0,"                                  \
    "\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}"

typedef struct {
    char *bytes;
    size_t length, capacity;
} buffer;

typedef struct connection {
    int fd, slot;
    buffer in, out;
    size_t sent; /* of out */
    int streaming, with_usage, next_chunk;
    double gap_seconds, due;
} connection;

static connection *open_connections[MAX_CONNECTIONS];
static int open_count, streaming_count, poller;
static buffer whole_answer, stream_head, chunks[CHUNKS], closing_chunk, usage_chunk, terminator, model_list, not_found;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static void reserve(buffer *b, size_t more)
{
    if (b->length + more <= b->capacity)
        return;
    b->capacity = (b->length + more) * 2;
    if (!(b->bytes = realloc(b->bytes, b->capacity)))
        abort();
}

static void append(buffer *b, const char *bytes, size_t length)
{
    reserve(b, length);
    memcpy(b->bytes + b->length, bytes, length);
    b->length += length;
}

static void print(buffer *b, const char *format, ...)
{
    char text[16384];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof text)
        abort();
    append(b, text, length);
}

/* ---- what is sent, made once ---- */

static void word(buffer *text, int i)
{
    static const char *const vocabulary[] = {
        " prices", " held", " while", " volume", " thinned", ",", " spreads", " widened", " on", " the", " smaller",
        " venues", ";", " funding", " turned", " slightly", " negative", " before", " the", " weekly", " close", "."};
    int known = sizeof vocabulary / sizeof *vocabulary;
    print(text, "%s", i == 0 ? BEGIN_MARK : i == CHUNKS * WORDS_PER_CHUNK - 1 ? " " END_MARK : vocabulary[i % known]);
}

static void frame(buffer *out, const char *payload) /* one SSE frame as one HTTP chunk */
{
    print(out, "%zx\r\ndata: %s\n\n\r\n", strlen(payload) + 8, payload);
}

static void chunk(buffer *out, const char *delta, const char *finish_reason)
{
    char payload[4096];
    snprintf(payload, sizeof payload,
             "{\"id\":\"chatcmpl-mock\",\"object\":\"chat.completion.chunk\"," STAMP ",\"choices\":[{\"index\":0,"
             "\"delta\":%s,\"logprobs\":null,\"finish_reason\":%s}]}",
             delta, finish_reason);
    frame(out, payload);
}

static void json_response(buffer *out, const char *status, const char *body)
{
    print(out, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", status, strlen(body), body);
}

static void make_answers(void)
{
    buffer text = {0}, body = {0};
    for (int i = 0; i < CHUNKS; i++) {
        buffer piece = {0};
        for (int k = 0; k < WORDS_PER_CHUNK; k++)
            word(&piece, i * WORDS_PER_CHUNK + k);
        append(&text, piece.bytes, piece.length);
        append(&piece, "", 1);
        char delta[2048];
        snprintf(delta, sizeof delta, "{%s\"content\":\"%s\"}", i ? "" : "\"role\":\"assistant\",\"refusal\":null,",
                 piece.bytes);
        chunk(&chunks[i], delta, "null");
        free(piece.bytes);
    }
    chunk(&closing_chunk, "{}", "\"stop\"");
    frame(&usage_chunk, "{\"id\":\"chatcmpl-mock\",\"object\":\"chat.completion.chunk\"," STAMP
                        ",\"choices\":[],\"usage\":" USAGE "}");
    print(&terminator, "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
    print(&stream_head, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
                        "Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n");
    print(&body,
          "{\"id\":\"chatcmpl-mock\",\"object\":\"chat.completion\"," STAMP ",\"choices\":[{\"index\":0,\"message\":{"
          "\"role\":\"assistant\",\"content\":\"%.*s\",\"refusal\":null,\"annotations\":[]},\"logprobs\":null,"
          "\"finish_reason\":\"stop\"}],\"usage\":" USAGE "}",
          (int)text.length, text.bytes);
    append(&body, "", 1);
    json_response(&whole_answer, "200 OK", body.bytes);
    json_response(&model_list, "200 OK",
                  "{\"object\":\"list\",\"data\":[{\"id\":\"mock-model\",\"object\":\"model\",\"created\":1790000000,"
                  "\"owned_by\":\"mock\"}]}");
    json_response(&not_found, "404 Not Found",
                  "{\"error\":{\"message\":\"the mock answers POST …/chat/completions only\","
                  "\"type\":\"invalid_request_error\",\"param\":null,\"code\":null}}");
    free(text.bytes);
    free(body.bytes);
}

/* ---- one connection ---- */

static void watch(connection *c)
{
    struct epoll_event event = {.events = EPOLLIN | (c->sent < c->out.length ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &event);
}

static void drop(connection *c)
{
    streaming_count -= c->streaming;
    close(c->fd);
    open_connections[c->slot] = open_connections[--open_count];
    open_connections[c->slot]->slot = c->slot;
    free(c->in.bytes);
    free(c->out.bytes);
    free(c);
}

static int flush(connection *c) /* 0, or -1 when the peer is gone */
{
    while (c->sent < c->out.length) {
        ssize_t n = send(c->fd, c->out.bytes + c->sent, c->out.length - c->sent, MSG_NOSIGNAL);
        if (n < 0)
            return errno == EAGAIN ? 0 : -1;
        c->sent += n;
    }
    c->sent = c->out.length = 0;
    return 0;
}

static int put(connection *c, const buffer *b)
{
    ssize_t n = 0;
    if (c->sent == c->out.length) {
        c->sent = c->out.length = 0;
        n = send(c->fd, b->bytes, b->length, MSG_NOSIGNAL);
        if (n == (ssize_t)b->length)
            return 0;
        if (n < 0 && errno != EAGAIN)
            return -1;
        n = n < 0 ? 0 : n;
    }
    append(&c->out, b->bytes + n, b->length - n);
    watch(c);
    return 0;
}

static int put_next(connection *c) /* 1 when the stream is over, -1 when the peer is gone */
{
    if (c->next_chunk < CHUNKS)
        return put(c, &chunks[c->next_chunk++]);
    if (put(c, &closing_chunk) || (c->with_usage && put(c, &usage_chunk)) || put(c, &terminator))
        return -1;
    return 1;
}

static int has_true(const char *body, size_t length, const char *key)
{
    const char *end = body + length, *at = body;
    while ((at = memmem(at, end - at, key, strlen(key)))) {
        at += strlen(key);
        const char *value = at;
        while (value < end && (*value == ' ' || *value == ':'))
            value++;
        if (end - value >= 4 && !memcmp(value, "true", 4))
            return 1;
    }
    return 0;
}

static double pace_seconds(const char *body, size_t length)
{
    static const char mark[] = "bench-pace-";
    const char *at = memmem(body, length, mark, sizeof mark - 1);
    int ms = 0;
    if (at)
        for (at += sizeof mark - 1; at < body + length && *at >= '0' && *at <= '9' && ms < 100000; at++)
            ms = ms * 10 + *at - '0';
    return ms / 1e3;
}

static int answer(connection *c, const char *head, const char *body, size_t length)
{
    if (!strncmp(head, "GET ", 4))
        return put(c, &model_list);
    const char *path_end = strpbrk(head + strcspn(head, " ") + 1, " ?\r\n");
    static const char path[] = "/chat/completions";
    size_t path_length = sizeof path - 1;
    if (!path_end || (size_t)(path_end - head) < path_length || memcmp(path_end - path_length, path, path_length))
        return put(c, &not_found);
    if (!has_true(body, length, "\"stream\""))
        return put(c, &whole_answer);
    c->with_usage = has_true(body, length, "\"include_usage\"");
    c->next_chunk = 0;
    c->gap_seconds = pace_seconds(body, length);
    if (put(c, &stream_head))
        return -1;
    int state;
    while (!(state = put_next(c)) && c->gap_seconds == 0)
        ;
    if (state < 0)
        return -1;
    if (state == 0) {
        c->streaming = 1;
        streaming_count++;
        c->due = now() + c->gap_seconds;
    }
    return 0;
}

static const char *header(const char *head, const char *name)
{
    for (const char *line = head; (line = strstr(line, "\r\n"));) {
        line += 2;
        if (!strncasecmp(line, name, strlen(name)) && line[strlen(name)] == ':')
            return line + strlen(name) + 1 + strspn(line + strlen(name) + 1, " ");
    }
    return NULL;
}

/* Decodes a chunked request body in place. Bytes taken from `body`, or 0 when it is not all there. */
static size_t dechunk(char *body, size_t length, size_t *decoded)
{
    size_t at = 0;
    *decoded = 0;
    for (;;) {
        char *line_end = memmem(body + at, length - at, "\r\n", 2);
        if (!line_end)
            return 0;
        size_t size = strtoul(body + at, NULL, 16);
        at = line_end + 2 - body;
        if (size > MAX_REQUEST || length - at < size + 2)
            return 0;
        memmove(body + *decoded, body + at, size);
        *decoded += size;
        at += size + 2;
        if (!size)
            return at;
    }
}

static int whole_chunked(const char *body, size_t length) { return memmem(body, length, "0\r\n\r\n", 5) != NULL; }

static int serve_buffered(connection *c) /* answers the whole requests that are in; one stream at a time */
{
    while (!c->streaming && c->in.length) {
        char *head_end = memmem(c->in.bytes, c->in.length, "\r\n\r\n", 4);
        if (!head_end)
            return c->in.length > MAX_REQUEST ? -1 : 0;
        head_end[2] = 0; /* header values now end in a string */
        const char *length_text = header(c->in.bytes, "content-length"), *coding = header(c->in.bytes, "transfer-encoding");
        size_t declared = length_text ? strtoul(length_text, NULL, 10) : 0;
        int is_chunked = coding && !strncasecmp(coding, "chunked", 7);
        char *body = head_end + 4;
        size_t there = c->in.bytes + c->in.length - body, used = declared, length = declared;
        if (declared > MAX_REQUEST)
            return -1;
        if (is_chunked ? !whole_chunked(body, there) || !(used = dechunk(body, there, &length)) : there < declared) {
            head_end[2] = '\r';
            return c->in.length > MAX_REQUEST ? -1 : 0;
        }
        if (answer(c, c->in.bytes, body, length))
            return -1;
        c->in.length = there - used;
        memmove(c->in.bytes, body + used, c->in.length);
    }
    return 0;
}

static int read_more(connection *c)
{
    for (;;) {
        reserve(&c->in, READ_SIZE);
        ssize_t n = recv(c->fd, c->in.bytes + c->in.length, READ_SIZE, 0);
        if (n == 0 || (n < 0 && errno != EAGAIN))
            return -1;
        if (n < 0)
            return serve_buffered(c);
        c->in.length += n;
        if (n < READ_SIZE)
            return serve_buffered(c);
    }
}

static void accept_all(int listener)
{
    int fd, one = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (open_count == MAX_CONNECTIONS) {
            close(fd);
            continue;
        }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        connection *c = calloc(1, sizeof *c);
        c->fd = fd;
        c->slot = open_count;
        open_connections[open_count++] = c;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    }
}

static void advance_streams(void)
{
    double t = now();
    for (int i = open_count - 1; i >= 0; i--) { /* from the end: drop() moves the last one into the gap */
        connection *c = open_connections[i];
        if (!c->streaming || c->due > t)
            continue;
        c->due = c->due + c->gap_seconds > t ? c->due + c->gap_seconds : t + c->gap_seconds;
        int state = put_next(c);
        if (state == 1) {
            c->streaming = 0;
            streaming_count--;
            state = serve_buffered(c);
        }
        if (state < 0)
            drop(c);
    }
}

static int listen_on_free_port(void)
{
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (bind(listener, (void *)&address, size) || listen(listener, 1024) ||
        getsockname(listener, (void *)&address, &size)) {
        perror("mock: cannot listen");
        exit(1);
    }
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return listener;
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* never outlives the bench, however that ends */
    make_answers();
    int listener = listen_on_free_port();
    poller = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL}, events[256];
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(poller, events, 256, streaming_count ? 1 : -1);
        for (int i = 0; i < count; i++) {
            connection *c = events[i].data.ptr;
            if (!c) {
                accept_all(listener);
                continue;
            }
            int gone = 0;
            if (events[i].events & EPOLLOUT) {
                gone = flush(c);
                watch(c);
            }
            if (!gone && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
                gone = read_more(c);
            if (gone)
                drop(c);
        }
        if (streaming_count)
            advance_streams();
    }
}
