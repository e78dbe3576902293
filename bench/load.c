/* A closed-loop load driver for chat completions: keep-alive HTTP/1.1, one thread, epoll, loopback only. Linux.
 *
 *     load --port N --path /v1/chat/completions --body FILE --connections N --warm S --seconds S
 *          [--header "Name: value"]… [--begin TEXT] [--holds TEXT]… [--frames N] [--hold]
 *
 * Each connection posts FILE and posts again when the answer is whole; the first requests are spread evenly over the
 * warm-up, so that paced streams do not march in step. An answer counts as good when its status is
 * 2xx, it holds every --holds text and the --begin text, and at least --frames lines that begin with `data:`.
 * Latencies run from before the request is sent: to the last byte, and to the read that brought the --begin text.
 * Prints `begin` when the warm-up is over, `end` when the window is, then, after outstanding answers have been given
 * two seconds to arrive (not counted), one JSON object. --hold instead sends one request a connection, prints `open`
 * when all have begun to answer (`failed` if they have not after --seconds) and hangs up when its standard input ends.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <math.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#define MAX_CONNECTIONS 1024
#define MAX_SECONDS 120
#define MAX_BODY (4 << 20)
#define MAX_ERRORS 100000
#define MAX_TEXTS 8
#define DRAIN_SECONDS 2.0
#define READ_SIZE 65536

typedef struct {
    char *bytes;
    size_t length, capacity;
} buffer;

typedef enum { IN_HEAD, BY_LENGTH, CHUNK_SIZE, CHUNK_BYTES, CHUNK_END, TRAILER, UNTIL_CLOSE, WHOLE, BROKEN } stage;

typedef struct {
    int fd, status, closes, is_idle;
    buffer raw, body;
    size_t taken; /* of raw */
    size_t missing;
    stage stage;
    double asked_at, begun_at;
} connection;

typedef struct {
    double *values;
    size_t length, capacity;
} series;

static struct {
    int port, connections, frames, hold, text_count;
    double warm_seconds, seconds;
    const char *path, *body_file, *begin, *texts[MAX_TEXTS];
    buffer headers;
} options = {.path = "/v1/chat/completions", .connections = 1, .seconds = 1};

static buffer request;
static int poller;
static series totals, begins;
static size_t errors, body_bytes, window_bytes;
static double window_begins, window_ends;
static char first_error[512];

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static void append(buffer *b, const char *bytes, size_t length)
{
    if (b->length + length > b->capacity) {
        b->capacity = (b->length + length) * 2;
        if (!(b->bytes = realloc(b->bytes, b->capacity)))
            abort();
    }
    memcpy(b->bytes + b->length, bytes, length);
    b->length += length;
}

static void keep(series *s, double value)
{
    if (s->length == s->capacity) {
        s->capacity = s->capacity ? s->capacity * 2 : 65536;
        if (!(s->values = realloc(s->values, s->capacity * sizeof *s->values)))
            abort();
    }
    s->values[s->length++] = value;
}

static void fail(const char *reason, const connection *c)
{
    double t = now();
    if (t < window_begins || t > window_ends + DRAIN_SECONDS)
        return;
    errors++;
    if (*first_error)
        return;
    size_t used = snprintf(first_error, sizeof first_error, "%s", reason);
    if (c && c->status)
        used += snprintf(first_error + used, sizeof first_error - used, " (status %d)", c->status);
    if (c && c->body.length)
        snprintf(first_error + used, sizeof first_error - used, ": %.*s", (int)(c->body.length < 300 ? c->body.length : 300),
                 c->body.bytes);
    for (char *p = first_error; *p; p++) /* it goes into a JSON string as it is */
        if (*p == '"' || *p == '\\' || (unsigned char)*p < 32 || (unsigned char)*p > 126)
            *p = *p == '"' ? '\'' : ' ';
}

/* ---- asking ---- */

static void hang_up(connection *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
}

static int dial(connection *c)
{
    int one = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(options.port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    hang_up(c);
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0 || connect(c->fd, (void *)&address, sizeof address)) {
        hang_up(c);
        return -1;
    }
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &event);
    return 0;
}

static int send_request(connection *c)
{
    for (size_t sent = 0; sent < request.length;) {
        ssize_t n = send(c->fd, request.bytes + sent, request.length - sent, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            struct pollfd writable = {.fd = c->fd, .events = POLLOUT};
            poll(&writable, 1, 1000);
        } else if (n < 0)
            return -1;
        else
            sent += n;
    }
    return 0;
}

static void ask(connection *c)
{
    c->raw.length = c->body.length = c->taken = c->missing = 0;
    c->status = c->closes = c->is_idle = 0;
    c->stage = IN_HEAD;
    c->begun_at = 0;
    c->asked_at = now();
    if (c->fd >= 0 && !send_request(c))
        return;
    /* a server may close an idle connection: that alone is no error, not answering on a new one is */
    if (dial(c) || send_request(c)) {
        hang_up(c);
        fail("cannot connect", NULL);
        c->is_idle = 1;
    }
}

/* ---- reading an answer ---- */

static const char *header(const char *head, const char *name)
{
    for (const char *line = head; (line = strstr(line, "\r\n"));) {
        line += 2;
        if (!strncasecmp(line, name, strlen(name)) && line[strlen(name)] == ':')
            return line + strlen(name) + 1 + strspn(line + strlen(name) + 1, " ");
    }
    return NULL;
}

static int read_head(connection *c) /* 1 when there is a whole head */
{
    char *end = memmem(c->raw.bytes, c->raw.length, "\r\n\r\n", 4);
    if (!end)
        return 0;
    end[2] = 0;
    const char *length = header(c->raw.bytes, "content-length"), *coding = header(c->raw.bytes, "transfer-encoding");
    const char *connection_header = header(c->raw.bytes, "connection");
    c->status = strncmp(c->raw.bytes, "HTTP/1.", 7) ? 0 : atoi(c->raw.bytes + 9);
    c->closes = connection_header && !strncasecmp(connection_header, "close", 5);
    c->taken = end + 4 - c->raw.bytes;
    c->missing = length ? strtoul(length, NULL, 10) : 0;
    if (c->status < 100 || c->missing > MAX_BODY)
        c->stage = BROKEN;
    else if (coding && !strncasecmp(coding, "chunked", 7))
        c->stage = CHUNK_SIZE;
    else
        c->stage = length ? (c->missing ? BY_LENGTH : WHOLE) : UNTIL_CLOSE;
    return 1;
}

static void take(connection *c, size_t wanted)
{
    size_t there = c->raw.length - c->taken, n = there < wanted ? there : wanted;
    append(&c->body, c->raw.bytes + c->taken, n);
    c->taken += n;
}

static int read_line(connection *c, const char **line)
{
    char *start = c->raw.bytes + c->taken, *end = memmem(start, c->raw.length - c->taken, "\r\n", 2);
    if (!end)
        return 0;
    *line = start;
    c->taken = end + 2 - c->raw.bytes;
    return 1;
}

static int advance(connection *c) /* 1 when something was taken, so that more may follow */
{
    size_t before = c->body.length;
    const char *line;
    switch (c->stage) {
    case IN_HEAD:
        return read_head(c);
    case CHUNK_SIZE:
        if (!read_line(c, &line))
            return 0;
        c->missing = strtoul(line, NULL, 16);
        c->stage = c->missing > MAX_BODY ? BROKEN : c->missing ? CHUNK_BYTES : TRAILER;
        return 1;
    case CHUNK_END:
        if (!read_line(c, &line))
            return 0;
        c->stage = CHUNK_SIZE;
        return 1;
    case TRAILER:
        if (!read_line(c, &line))
            return 0;
        c->stage = line[0] == '\r' ? WHOLE : TRAILER;
        return 1;
    case BY_LENGTH:
    case CHUNK_BYTES:
        take(c, c->missing);
        c->missing -= c->body.length - before;
        if (!c->missing)
            c->stage = c->stage == BY_LENGTH ? WHOLE : CHUNK_END;
        return c->body.length > before;
    case UNTIL_CLOSE:
        take(c, MAX_BODY);
        return 0;
    default:
        return 0;
    }
}

static size_t count_frames(const buffer *body)
{
    size_t count = 0;
    const char *at = body->bytes, *end = body->bytes + body->length;
    while (at < end && (at = memmem(at, end - at, "data:", 5))) {
        count += at == body->bytes || at[-1] == '\n';
        at += 5;
    }
    return count;
}

static const char *what_is_wrong(const connection *c)
{
    if (c->status / 100 != 2)
        return "bad status";
    if (*options.begin && !c->begun_at)
        return "the answer lacks its beginning";
    for (int i = 0; i < options.text_count; i++)
        if (!memmem(c->body.bytes, c->body.length, options.texts[i], strlen(options.texts[i])))
            return "the answer lacks an expected text";
    if (options.frames && count_frames(&c->body) < (size_t)options.frames)
        return "the answer has too few frames";
    return NULL;
}

static void judge(connection *c)
{
    double t = now();
    const char *wrong = what_is_wrong(c);
    if (wrong) {
        fail(wrong, c);
    } else if (t >= window_begins && t <= window_ends) {
        keep(&totals, t - c->asked_at);
        keep(&begins, (c->begun_at ? c->begun_at : t) - c->asked_at);
        body_bytes += c->body.length;
    }
    c->is_idle = 1;
    if (c->closes)
        hang_up(c);
}

static void look_for_beginning(connection *c, size_t searched)
{
    size_t length = strlen(options.begin), from = searched > length ? searched - length : 0;
    if (!c->begun_at && length && memmem(c->body.bytes + from, c->body.length - from, options.begin, length))
        c->begun_at = now();
}

static void on_readable(connection *c)
{
    static char bytes[READ_SIZE];
    ssize_t n = recv(c->fd, bytes, sizeof bytes, 0);
    if (n < 0 && errno == EAGAIN)
        return;
    if (c->is_idle) { /* nothing was asked: the server closed, or sent more than one answer */
        if (n > 0)
            fail("bytes after the end of the answer", c);
        hang_up(c);
        return;
    }
    size_t searched = c->body.length;
    if (n > 0)
        append(&c->raw, bytes, n);
    while (advance(c))
        ;
    double t = now();
    if (t >= window_begins && t <= window_ends)
        window_bytes += c->body.length - searched;
    look_for_beginning(c, searched);
    if (n <= 0 && c->stage == UNTIL_CLOSE) {
        c->stage = WHOLE;
        c->closes = 1;
    }
    if (c->stage == WHOLE) {
        judge(c);
    } else if (n <= 0 || c->stage == BROKEN || c->raw.length > MAX_BODY) {
        fail(n <= 0 ? "the connection closed in the middle of the answer" : "not an HTTP answer", c);
        hang_up(c);
        c->is_idle = 1;
    }
}

/* ---- results ---- */

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double percentile_ms(const series *s, double rank) /* nearest rank, of a sorted series */
{
    size_t at = (size_t)ceil(rank * s->length);
    return s->values[at ? at - 1 : 0] * 1e3;
}

static void show(const char *name, series *s)
{
    if (!s->length) {
        printf(",\"%s\":null", name);
        return;
    }
    double sum = 0;
    for (size_t i = 0; i < s->length; i++)
        sum += s->values[i];
    qsort(s->values, s->length, sizeof *s->values, ascending);
    printf(",\"%s\":{\"p50\":%.4f,\"p90\":%.4f,\"p99\":%.4f,\"mean\":%.4f}", name, percentile_ms(s, .5), percentile_ms(s, .9),
           percentile_ms(s, .99), sum / s->length * 1e3);
}

static void report(double seconds)
{
    double bytes_per_answer = totals.length ? (double)body_bytes / totals.length : 0;
    printf("{\"answers\":%zu,\"errors\":%zu,\"seconds\":%.4f,\"bytes_per_answer\":%.1f,\"window_bytes\":%zu", totals.length,
           errors, seconds, bytes_per_answer, window_bytes);
    show("total_ms", &totals);
    show("begin_ms", &begins);
    printf(",\"first_error\":\"%s\"}\n", first_error);
}

/* ---- the two ways to run ---- */

static void serve_events(connection *connections, int count, double wait_seconds, int asks_again)
{
    struct epoll_event events[256];
    int ready = epoll_wait(poller, events, 256, wait_seconds > 0 ? (int)(wait_seconds * 1e3) + 1 : 0);
    for (int i = 0; i < ready; i++) {
        connection *c = events[i].data.ptr;
        if (c->fd < 0)
            continue;
        on_readable(c);
        if (c->is_idle && asks_again)
            ask(c);
    }
    if (!ready && asks_again) /* those that could not connect try again once in a while */
        for (int i = 0; i < count; i++)
            if (connections[i].is_idle)
                ask(&connections[i]);
}

static int busy(const connection *connections, int count)
{
    int n = 0;
    for (int i = 0; i < count; i++)
        n += !connections[i].is_idle;
    return n;
}

static int run_closed_loop(connection *connections, int count)
{
    int has_begun = 0, asked = 0;
    double began = now();
    window_begins = began + options.warm_seconds;
    window_ends = window_begins + options.seconds;
    for (double t; (t = now()) < window_ends && errors < MAX_ERRORS;) {
        while (asked < count && t >= began + options.warm_seconds * asked / count)
            ask(&connections[asked++]);
        if (!has_begun && t >= window_begins) {
            has_begun = 1;
            puts("begin");
            fflush(stdout);
        }
        double next = (has_begun ? window_ends : window_begins) - t, longest = asked < count ? .001 : .02;
        serve_events(connections, asked, next < longest ? next : longest, 1);
    }
    double seconds = fmin(now(), window_ends) - window_begins;
    puts("end");
    fflush(stdout);
    for (double until = now() + DRAIN_SECONDS; now() < until && busy(connections, asked);)
        serve_events(connections, asked, .02, 0);
    report(seconds);
    return 0;
}

static int begun(const connection *connections, int count)
{
    int n = 0;
    for (int i = 0; i < count; i++)
        n += connections[i].begun_at > 0 && !connections[i].is_idle;
    return n;
}

static int run_hold(connection *connections, int count)
{
    double until = now() + options.seconds;
    window_ends = until;
    for (int i = 0; i < count; i++)
        ask(&connections[i]);
    while (now() < until && begun(connections, count) < count)
        serve_events(connections, count, .02, 0);
    int all = begun(connections, count) == count;
    printf("%s %d %s\n", all ? "open" : "failed", begun(connections, count), first_error);
    fflush(stdout);
    while (all && now() < until) { /* keeps reading, so that no server is slowed by a full socket */
        struct pollfd input = {.fd = 0, .events = POLLIN};
        char byte;
        if (poll(&input, 1, 0) == 1 && read(0, &byte, 1) <= 0)
            break;
        serve_events(connections, count, .02, 0);
    }
    return !all;
}

static void read_options(int count, char **arguments)
{
    static const struct option known[] = {{"port", 1, 0, 'p'},   {"path", 1, 0, 'a'},  {"body", 1, 0, 'b'},
                                          {"header", 1, 0, 'H'}, {"begin", 1, 0, 'B'}, {"holds", 1, 0, 'e'},
                                          {"frames", 1, 0, 'f'}, {"warm", 1, 0, 'w'},  {"seconds", 1, 0, 's'},
                                          {"hold", 0, 0, 'h'},   {"connections", 1, 0, 'c'}, {0, 0, 0, 0}};
    options.begin = "";
    for (int option; (option = getopt_long(count, arguments, "", known, NULL)) != -1;)
        switch (option) {
        case 'p': options.port = atoi(optarg); break;
        case 'a': options.path = optarg; break;
        case 'b': options.body_file = optarg; break;
        case 'B': options.begin = optarg; break;
        case 'f': options.frames = atoi(optarg); break;
        case 'w': options.warm_seconds = fmin(atof(optarg), MAX_SECONDS); break;
        case 's': options.seconds = fmin(atof(optarg), MAX_SECONDS); break;
        case 'h': options.hold = 1; break;
        case 'c': options.connections = atoi(optarg); break;
        case 'H':
            append(&options.headers, optarg, strlen(optarg));
            append(&options.headers, "\r\n", 2);
            break;
        case 'e':
            if (options.text_count < MAX_TEXTS)
                options.texts[options.text_count++] = optarg;
            break;
        default: exit(2);
        }
    if (!options.port || !options.body_file || options.connections < 1 || options.connections > MAX_CONNECTIONS) {
        fprintf(stderr, "load: --port and --body are needed, --connections is 1..%d\n", MAX_CONNECTIONS);
        exit(2);
    }
}

static void make_request(void)
{
    FILE *file = fopen(options.body_file, "rb");
    if (!file) {
        perror(options.body_file);
        exit(2);
    }
    buffer body = {0};
    char bytes[4096], head[1024];
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, file)) > 0;)
        append(&body, bytes, n);
    fclose(file);
    int length = snprintf(head, sizeof head,
                          "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n",
                          options.path, options.port, body.length);
    append(&request, head, length);
    append(&request, options.headers.bytes ? options.headers.bytes : "", options.headers.length);
    append(&request, "\r\n", 2);
    append(&request, body.bytes, body.length);
    free(body.bytes);
}

int main(int count, char **arguments)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    read_options(count, arguments);
    make_request();
    poller = epoll_create1(0);
    connection *connections = calloc(options.connections, sizeof *connections);
    for (int i = 0; i < options.connections; i++)
        connections[i].fd = -1;
    return options.hold ? run_hold(connections, options.connections) : run_closed_loop(connections, options.connections);
}
