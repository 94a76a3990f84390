/* Walking times over a street network: the compiled kernel of linli.engine.reach.
 *
 * Preparation eliminates nodes, adding shortcuts (a customisable contraction hierarchy: Dibbelt, Strasser, Wagner 2016).
 * Rows are nodes numbered along the elimination tree, parents first and each subtree together, so that a row's arcs
 * lead to smaller rows that are its ancestors. A query is a sweep up from the doors it starts at and a sweep down over
 * the rows (PHAST: Delling, Goldberg, Nowatzyk, Werneck 2011), 16 categories or sources at a time as unsigned 16-bit
 * ticks that saturate.
 *
 * The caller (native.py) has checked every index and length. Nothing here is global, so threads may share what they
 * only read. Functions that allocate return OK, NO_MEMORY or TOO_LARGE.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

enum { OK = 0, NO_MEMORY = 1, TOO_LARGE = 2 };
enum { LANES = 16, MAX_K = 64 };
enum { AHEAD = 16 }; /* how far ahead memory is asked for */
enum { FEW = 8 }; /* arcs of a node that are looked through one by one */
#define STREAMED (16u << 20)
#define NO_WAY INT32_MAX
#define FAR 65535u

typedef uint16_t Lanes __attribute__((ext_vector_type(LANES), aligned(2)));
typedef uint16_t Eight __attribute__((ext_vector_type(8)));
typedef int32_t Wide __attribute__((ext_vector_type(LANES), aligned(4)));
typedef _Bool Mask __attribute__((ext_vector_type(LANES)));

static inline Lanes splat(uint32_t value) { return (Lanes)(uint16_t)value; }
static inline Lanes add(Lanes a, Lanes b) { return __builtin_elementwise_add_sat(a, b); }
static inline Lanes least(Lanes a, Lanes b) { return __builtin_elementwise_min(a, b); }
static inline uint32_t bits(Lanes mask) {
    Mask packed = __builtin_convertvector(mask, Mask);
    uint16_t result;
    memcpy(&result, &packed, sizeof result);
    return result;
}
static inline uint32_t least_lane(Lanes a) { return __builtin_reduce_min(a); }

static inline uint32_t to_ticks(int32_t ms, double per_ms, uint32_t limit) {
    double ticks = ms * per_ms + 0.5;
    return ticks < limit + 1.0 ? (uint32_t)ticks : FAR;
}

/* A set of rows, 64 a word. */
static inline int has(const uint64_t *set, int32_t row) { return set[row >> 6] >> (row & 63) & 1; }
static inline void put(uint64_t *set, int32_t row) { set[row >> 6] |= 1ull << (row & 63); }
static inline size_t words(int32_t n) { return ((size_t)n + 63) / 64; }

static void *array(size_t count, size_t size) { return malloc(count ? count * size : 1); }

/* ---------------------------------------------------------------- preparation */

typedef struct { int32_t node; int32_t ms; } Arc;
typedef struct { int64_t at; int32_t count, room; } List;

typedef struct {
    int32_t n, bound;
    List *list;          /* of each node: its arcs to nodes not yet eliminated; at elimination, its final arcs */
    Arc *pool;
    int64_t used, room;
    int64_t *seen;       /* of each node: where in the pool it may stand (checked before use) */
    int32_t *order, *position, done;
    int32_t chained;     /* how many of them were taken out with degree ≤ 2 */
    int64_t dropped;
    int32_t *row;
    uint16_t *depth;     /* in the tree, by position */
} Work;

static void release(Work *work) {
    if (!work) return;
    free(work->list); free(work->pool); free(work->seen); free(work->order); free(work->position);
    free(work->row); free(work->depth); free(work);
}

static int reserve(Work *work, int64_t more) {
    if (work->used + more <= work->room) return OK;
    int64_t room = work->room + work->room / 2 + more;
    Arc *pool = realloc(work->pool, (size_t)room * sizeof(Arc));
    if (!pool) return NO_MEMORY;
    work->pool = pool;
    work->room = room;
    return OK;
}

static inline int stands(const Work *work, const List *list, int32_t node) {
    int64_t at = work->seen[node];
    return at >= list->at && at < list->at + list->count && work->pool[at].node == node;
}

/* Room for `more` arcs behind those of a list, which may move. */
static int widen(Work *work, List *list, int32_t more) {
    if (list->count + more <= list->room) return OK;
    int32_t room = list->count + more + list->room / 2;
    int code = reserve(work, room);
    if (code) return code;
    memcpy(work->pool + work->used, work->pool + list->at, (size_t)list->count * sizeof(Arc));
    list->at = work->used;
    list->room = room;
    work->used += room;
    return OK;
}

static Arc *find(Work *work, int32_t in, int32_t node) {
    List *list = &work->list[in];
    Arc *arc = work->pool + list->at, *end = arc + list->count;
    while (arc < end && arc->node != node) arc++;
    return arc < end ? arc : NULL;
}

/* Lists of arcs from edges; loops and what is beyond the bound left out, parallel edges reduced to the quickest. */
static int load(Work *work, int64_t m, const int32_t *tail, const int32_t *head, const int32_t *ms) {
    int32_t n = work->n;
    for (int64_t e = 0; e < m; e++) {
        if (e + AHEAD < m) {
            __builtin_prefetch(&work->list[tail[e + AHEAD]]);
            __builtin_prefetch(&work->list[head[e + AHEAD]]);
        }
        if (tail[e] == head[e]) continue;
        if (ms[e] > work->bound) { work->dropped += ms[e] != NO_WAY; continue; }
        work->list[tail[e]].room++;
        work->list[head[e]].room++;
    }
    for (int32_t v = 0; v < n; v++) {
        work->list[v].at = work->used;
        work->used += work->list[v].room;
    }
    work->room = work->used + work->used / 2 + 1024;
    work->pool = array((size_t)work->room, sizeof(Arc));
    if (!work->pool) return NO_MEMORY;
    for (int64_t e = 0; e < m; e++) {
        if (e + AHEAD < m) {
            __builtin_prefetch(&work->list[tail[e + AHEAD]]);
            __builtin_prefetch(&work->list[head[e + AHEAD]]);
            __builtin_prefetch(&work->pool[work->list[tail[e + AHEAD / 2]].at]);
            __builtin_prefetch(&work->pool[work->list[head[e + AHEAD / 2]].at]);
        }
        if (tail[e] == head[e] || ms[e] > work->bound) continue;
        List *a = &work->list[tail[e]], *b = &work->list[head[e]];
        work->pool[a->at + a->count++] = (Arc){head[e], ms[e]};
        work->pool[b->at + b->count++] = (Arc){tail[e], ms[e]};
    }
    for (int32_t v = 0; v < n; v++) {
        List *list = &work->list[v];
        int32_t count = list->count;
        list->count = 0;
        for (int32_t i = 0; i < count; i++) {
            Arc arc = work->pool[list->at + i], *old = NULL;
            if (count <= FEW) {
                old = find(work, v, arc.node);
            } else {
                if (stands(work, list, arc.node)) old = &work->pool[work->seen[arc.node]];
                else work->seen[arc.node] = list->at + list->count;
            }
            if (!old) work->pool[list->at + list->count++] = arc;
            else if (arc.ms < old->ms) old->ms = arc.ms;
        }
    }
    return OK;
}

static void erase(Work *work, int32_t in, Arc *arc) {
    List *list = &work->list[in];
    *arc = work->pool[list->at + --list->count];
}

static void finish(Work *work, int32_t v) {
    work->position[v] = work->done;
    work->order[work->done++] = v;
}

/* Take out a node of degree ≤ 2; its neighbours' degrees do not grow. No shortcut is dropped here: see grow_tree. */
static void take_out_small(Work *work, int32_t v) {
    const List *list = &work->list[v];
    const Arc *arc = work->pool + list->at;
    if (list->count == 1) erase(work, arc[0].node, find(work, arc[0].node, v));
    if (list->count == 2) {
        int32_t a = arc[0].node, b = arc[1].node;
        int64_t ms = (int64_t)arc[0].ms + arc[1].ms;
        Arc *at_a = find(work, a, v), *at_b = find(work, b, v);
        Arc *there = find(work, a, b);
        if (there) {
            Arc *back = find(work, b, a);
            if (ms < there->ms) there->ms = back->ms = (int32_t)ms;
        }
        if (there) {
            erase(work, a, at_a);
            erase(work, b, at_b);
        } else {
            if (ms > NO_WAY) ms = NO_WAY;
            *at_a = (Arc){b, (int32_t)ms};
            *at_b = (Arc){a, (int32_t)ms};
        }
    }
    finish(work, v);
}

/* Nodes of degree ≤ 2, in rounds of which no two are neighbours: a chain of k nodes becomes log k levels, not k. */
static int take_out_chains(Work *work) {
    int32_t n = work->n, count = 0;
    int32_t *now = array((size_t)n, sizeof *now), *next = array((size_t)n, sizeof *next);
    int32_t *locked = calloc((size_t)n, sizeof *locked);
    uint8_t *queued = calloc((size_t)n, 1);
    int code = now && next && locked && queued ? OK : NO_MEMORY;
    if (!code)
        for (int32_t v = 0; v < n; v++)
            if (work->list[v].count <= 2) { now[count++] = v; queued[v] = 1; }
    for (int32_t round = 1; !code && count; round++) {
        int32_t later = 0;
        for (int32_t i = 0; i < count; i++) {
            int32_t v = now[i];
            if (i + AHEAD < count) { /* nodes are anywhere: ask ahead for their arcs, and for those of their neighbours */
                __builtin_prefetch(&work->list[now[i + AHEAD]]);
                __builtin_prefetch(&work->pool[work->list[now[i + 12]].at]);
                const List *soon = &work->list[now[i + 8]];
                for (int32_t j = 0; j < soon->count; j++)
                    __builtin_prefetch(&work->list[work->pool[soon->at + j].node]);
                soon = &work->list[now[i + 4]];
                for (int32_t j = 0; j < soon->count; j++)
                    __builtin_prefetch(&work->pool[work->list[work->pool[soon->at + j].node].at]);
            }
            if (locked[v] == round) { next[later++] = v; continue; }
            take_out_small(work, v);
            const List *list = &work->list[v];
            for (int32_t j = 0; j < list->count; j++) {
                int32_t u = work->pool[list->at + j].node;
                locked[u] = round;
                if (work->list[u].count <= 2 && !queued[u]) { next[later++] = u; queued[u] = 1; }
            }
        }
        int32_t *swap = now; now = next; next = swap;
        count = later;
    }
    free(now); free(next); free(locked); free(queued);
    work->chained = work->done;
    return code;
}

/* Nodes by degree, first come first served: that takes out nodes far from each other in turn, so the tree stays low.
 * Lists are circular; entry n + d heads the list of degree d. */
typedef struct { int32_t n, *next, *previous; } Degrees;

static void enqueue(Degrees *degrees, int32_t v, int32_t d) {
    int32_t head = degrees->n + d, last = degrees->previous[head];
    degrees->next[v] = head;
    degrees->previous[v] = last;
    degrees->next[last] = degrees->previous[head] = v;
}

static void dequeue(Degrees *degrees, int32_t v) {
    degrees->next[degrees->previous[v]] = degrees->next[v];
    degrees->previous[degrees->next[v]] = degrees->previous[v];
}

/* Give u a shortcut through v to each other neighbour of v. */
static int bridge(Work *work, int32_t v, int32_t u, int32_t through_ms) {
    List *list = &work->list[u];
    const List *other = &work->list[v];
    int code = widen(work, list, other->count);
    if (code) return code;
    for (int32_t i = 0; i < list->count; i++) work->seen[work->pool[list->at + i].node] = list->at + i;
    Arc *gone = work->pool + work->seen[v];
    *gone = work->pool[list->at + --list->count];
    work->seen[gone->node] = gone - work->pool;
    for (int32_t i = 0; i < other->count; i++) {
        Arc arc = work->pool[other->at + i];
        if (arc.node == u) continue;
        int64_t ms = (int64_t)arc.ms + through_ms;
        if (stands(work, list, arc.node)) {
            Arc *old = work->pool + work->seen[arc.node];
            if (ms < old->ms) old->ms = (int32_t)ms;
        } else if (ms > work->bound) {
            work->dropped++;
        } else {
            work->pool[list->at + list->count++] = (Arc){arc.node, (int32_t)ms};
        }
    }
    return OK;
}

static int take_out_by_degree(Work *work) {
    int32_t n = work->n, lowest = 0;
    Degrees degrees = {n, array(2 * (size_t)n, sizeof(int32_t)), array(2 * (size_t)n, sizeof(int32_t))};
    int code = degrees.next && degrees.previous ? OK : NO_MEMORY;
    if (!code) {
        for (int32_t i = n; i < 2 * n; i++) degrees.next[i] = degrees.previous[i] = i;
        for (int32_t v = 0; v < n; v++) enqueue(&degrees, v, work->list[v].count);
    }
    while (!code && work->done < n) {
        while (degrees.next[n + lowest] == n + lowest) lowest++;
        int32_t v = degrees.next[n + lowest];
        dequeue(&degrees, v);
        finish(work, v);
        for (int32_t i = 0; !code && i < work->list[v].count; i++) {
            Arc arc = work->pool[work->list[v].at + i];
            dequeue(&degrees, arc.node);
            code = bridge(work, v, arc.node, arc.ms);
            int32_t degree = work->list[arc.node].count;
            enqueue(&degrees, arc.node, degree);
            if (degree < lowest) lowest = degree;
        }
    }
    free(degrees.next); free(degrees.previous);
    return code;
}

static Work *open_work(int32_t n, int32_t bound) {
    Work *work = calloc(1, sizeof *work);
    if (!work) return NULL;
    *work = (Work){.n = n, .bound = bound, .list = calloc((size_t)n, sizeof(List)),
                   .seen = calloc((size_t)n, sizeof(int64_t)), .order = array((size_t)n, sizeof(int32_t)),
                   .position = array((size_t)n, sizeof(int32_t))};
    if (!work->list || !work->seen || !work->order || !work->position) {
        release(work);
        return NULL;
    }
    memset(work->position, 0xff, (size_t)n * sizeof(int32_t));
    return work;
}

/* What is left after the chains, a tenth as a rule, is taken out in memory of its own: small enough for the caches. */
static int take_out_core(Work *work) {
    int32_t n = work->n, left = n - work->done, *node = array((size_t)left, sizeof *node), *number = work->position;
    Work *core = open_work(left, work->bound);
    int code = node && core ? OK : NO_MEMORY;
    if (!code) {
        for (int32_t v = 0, c = 0; v < n; v++)
            if (number[v] < 0) {
                node[c] = v;
                core->used += 2 * (int64_t)work->list[v].count; /* with room to grow */
                number[v] = c++;
            }
        core->room = 2 * core->used + 1024;
        core->pool = array((size_t)core->room, sizeof(Arc));
        if (!core->pool) code = NO_MEMORY;
    }
    if (!code) {
        int64_t at = 0;
        for (int32_t c = 0; c < left; c++) {
            const List *list = &work->list[node[c]];
            core->list[c] = (List){at, list->count, 2 * list->count};
            for (int32_t i = 0; i < list->count; i++) {
                Arc arc = work->pool[list->at + i];
                core->pool[at + i] = (Arc){number[arc.node], arc.ms};
            }
            at += 2 * list->count;
        }
        code = take_out_by_degree(core);
    }
    if (!code) code = reserve(work, core->used);
    if (!code) {
        for (int32_t c = 0; c < left; c++) {
            const List *list = &core->list[c];
            for (int32_t i = 0; i < list->count; i++) {
                Arc arc = core->pool[list->at + i];
                work->pool[work->used + i] = (Arc){node[arc.node], arc.ms};
            }
            work->list[node[c]] = (List){work->used, list->count, list->count};
            work->used += list->count;
        }
        for (int32_t i = 0; i < left; i++) finish(work, node[core->order[i]]);
        work->dropped += core->dropped;
    }
    release(core);
    free(node);
    return code;
}

/* The elimination tree of the arcs as stored, by position. Above a node that was taken out with degree ≤ 2 is the
 * neighbour that went first, as no shortcut was dropped till then. Above the others, the core, that is not always so:
 * there it is found from the arcs (Liu 1990). Then rows: parents first, subtrees together. */
static int grow_tree(Work *work, int64_t *arcs, int32_t *height) {
    int32_t n = work->n, first = work->chained, core = n - first;
    const int32_t *order = work->order, *position = work->position;
    int64_t total = 0;
    for (int32_t p = first; p < n; p++) total += work->list[order[p]].count;
    int32_t *parent = array((size_t)n, sizeof *parent), *ancestor = array((size_t)n, sizeof *ancestor);
    int32_t *start = calloc((size_t)core + 1, sizeof *start);
    int32_t *lower = total < INT32_MAX / 2 ? array((size_t)total, sizeof *lower) : NULL;
    work->row = array((size_t)n, sizeof(int32_t));
    work->depth = array((size_t)n, sizeof(uint16_t));
    int code = parent && ancestor && start && work->row && work->depth ? OK : NO_MEMORY;
    if (!code && !lower) code = total < INT32_MAX / 2 ? NO_MEMORY : TOO_LARGE;
    if (code) goto end;
    *arcs = total;
    for (int32_t p = 0; p < first; p++) {
        if (p + AHEAD < first) {
            __builtin_prefetch(&work->list[order[p + AHEAD]]);
            __builtin_prefetch(&work->pool[work->list[order[p + AHEAD / 2]].at]);
        }
        const List *list = &work->list[order[p]];
        const Arc *arc = work->pool + list->at;
        parent[p] = list->count ? position[arc[0].node] : -1;
        if (list->count == 2 && position[arc[1].node] < parent[p]) parent[p] = position[arc[1].node];
        *arcs += list->count;
    }
    for (int32_t p = first; p < n; p++) {
        const List *list = &work->list[order[p]];
        for (int32_t i = 0; i < list->count; i++) start[position[work->pool[list->at + i].node] - first]++;
    }
    for (int32_t c = 1; c <= core; c++) start[c] += start[c - 1];
    for (int32_t p = n - 1; p >= first; p--) {
        const List *list = &work->list[order[p]];
        for (int32_t i = 0; i < list->count; i++) lower[--start[position[work->pool[list->at + i].node] - first]] = p;
    }
    for (int32_t p = first; p < n; p++) {
        parent[p] = ancestor[p] = -1;
        for (int32_t i = start[p - first]; i < start[p - first + 1]; i++) {
            int32_t q = lower[i];
            while (ancestor[q] >= 0 && ancestor[q] != p) {
                int32_t above = ancestor[q];
                ancestor[q] = p;
                q = above;
            }
            if (ancestor[q] < 0) ancestor[q] = parent[q] = p;
        }
    }
    int32_t *size = ancestor, *next = ancestor, free_row = 0, deepest = 0;
    for (int32_t p = 0; p < n; p++) size[p] = 1;
    for (int32_t p = 0; p < n; p++)
        if (parent[p] >= 0) size[parent[p]] += size[p];
    for (int32_t p = n - 1; p >= 0; p--) { /* each size is read, then makes way for where the next child goes */
        int32_t *place = parent[p] < 0 ? &free_row : &next[parent[p]], row = *place;
        int32_t depth = parent[p] < 0 ? 0 : work->depth[parent[p]] + 1;
        if (depth >= (int32_t)FAR) { code = TOO_LARGE; goto end; }
        if (depth > deepest) deepest = depth;
        work->depth[p] = (uint16_t)depth;
        work->row[order[p]] = row;
        *place += size[p];
        next[p] = row + 1;
    }
    *height = deepest + 1;
    if (*arcs >= INT32_MAX / 2) code = TOO_LARGE;
end:
    free(parent); free(ancestor); free(start); free(lower);
    return code;
}

/* Eliminate. `*out` holds the result until `linli_release`; `sizes`: arcs, dropped shortcuts, height of the tree. */
EXPORT int linli_prepare(int32_t n, int64_t m, const int32_t *tail, const int32_t *head, const int32_t *ms,
                         int32_t bound, void **out, int64_t *sizes) {
    *out = NULL;
    Work *work = open_work(n, bound);
    if (!work) return NO_MEMORY;
    int32_t height = 0;
    int code = load(work, m, tail, head, ms);
    if (!code) code = take_out_chains(work);
    if (!code) code = take_out_core(work);
    if (!code) code = grow_tree(work, &sizes[0], &height);
    if (code) {
        release(work);
        return code;
    }
    sizes[1] = work->dropped;
    sizes[2] = height;
    *out = work;
    return OK;
}

/* Hand over where each row's arcs will be (start [n + 1]) and who is who. */
EXPORT void linli_take(const void *prepared, int32_t *start, int32_t *row_of_node, int32_t *node_of_row, uint16_t *depth) {
    const Work *work = prepared;
    int32_t n = work->n;
    memcpy(row_of_node, work->row, (size_t)n * sizeof *row_of_node);
    start[0] = 0;
    for (int32_t p = 0; p < n; p++) {
        if (p + AHEAD < n) {
            __builtin_prefetch(&work->list[work->order[p + AHEAD]]);
            __builtin_prefetch(&work->row[work->order[p + AHEAD]]);
        }
        int32_t v = work->order[p], r = work->row[v];
        node_of_row[r] = v;
        depth[r] = work->depth[p];
        start[r + 1] = work->list[v].count;
    }
    for (int32_t r = 0; r < n; r++) start[r + 1] += start[r];
}

/* Hand over the arcs of rows first … end − 1 (col and ms [arcs]), smallest column first. Threads may each do some. */
EXPORT void linli_take_arcs(const void *prepared, const int32_t *start, const int32_t *node_of_row, int32_t first,
                            int32_t end, int32_t *col, int32_t *ms) {
    const Work *work = prepared;
    for (int32_t r = first; r < end; r++) {
        const List *list = &work->list[node_of_row[r]];
        if (r + AHEAD < end) { /* rows are anywhere in the pool: ask for them ahead */
            __builtin_prefetch(&work->list[node_of_row[r + AHEAD]]);
            __builtin_prefetch(&work->pool[work->list[node_of_row[r + AHEAD / 2]].at]);
            const List *soon = &work->list[node_of_row[r + AHEAD / 4]];
            for (int32_t i = 0; i < soon->count; i++) __builtin_prefetch(&work->row[work->pool[soon->at + i].node]);
        }
        for (int32_t i = 0; i < list->count; i++) {
            Arc arc = work->pool[list->at + i];
            int32_t row = work->row[arc.node], at = start[r] + i;
            for (; at > start[r] && col[at - 1] > row; at--) {
                col[at] = col[at - 1];
                ms[at] = ms[at - 1];
            }
            col[at] = row;
            ms[at] = arc.ms;
        }
    }
}

EXPORT void linli_release(void *prepared) { release(prepared); }

/* ---------------------------------------------------------------- customisation */

/* Arcs by the row they lead to: `arc` [arcs] and the row each comes from, ascending. start_below [n + 1]. Arcs of a
 * row to itself are left out. */
EXPORT void linli_transpose(int32_t n, const int32_t *start, const int32_t *col, int32_t *start_below,
                            int32_t *arc_below, int32_t *row_below) {
    memset(start_below, 0, ((size_t)n + 1) * sizeof *start_below);
    for (int32_t r = 0; r < n; r++)
        for (int32_t a = start[r]; a < start[r + 1]; a++) start_below[col[a]] += col[a] != r;
    for (int32_t r = 1; r <= n; r++) start_below[r] += start_below[r - 1];
    for (int32_t r = n - 1; r >= 0; r--)
        for (int32_t a = start[r]; a < start[r + 1]; a++) {
            if (col[a] == r) continue;
            int32_t at = --start_below[col[a]];
            arc_below[at] = a;
            row_below[at] = r;
        }
}

/* Where each edge went: 2 × arc, + 1 if its tail is the upper end; −1 if it is a loop or was left out. */
EXPORT void linli_edge_arcs(const int32_t *start, const int32_t *col, const int32_t *row_of_node, int64_t m,
                            const int32_t *tail, const int32_t *head, int32_t *edge_arc) {
    for (int64_t e = 0; e < m; e++) {
        int32_t a = row_of_node[tail[e]], b = row_of_node[head[e]];
        int32_t low = a > b ? a : b, high = a > b ? b : a, first = start[low], end = start[low + 1];
        while (first < end) {
            int32_t middle = first + (end - first) / 2;
            if (col[middle] < high) first = middle + 1;
            else end = middle;
        }
        int there = a != b && first < start[low + 1] && col[first] == high;
        edge_arc[e] = there ? 2 * first + (a < b) : -1;
    }
}

static inline void relax(int32_t *ms, int32_t other) { if (other < *ms) *ms = other; }
static inline int32_t sum(int32_t a, int32_t b) {
    uint32_t both = (uint32_t)a + (uint32_t)b;
    return both < NO_WAY ? (int32_t)both : NO_WAY;
}

/* Weights of all arcs for other weights of the edges: up, row → column; down, column → row. Lower triangles are
 * relaxed from the bottom row up. Where a triangle's third side was dropped the sum falls into scratch unread. */
EXPORT int linli_customise(int32_t n, const int32_t *start, const int32_t *col, const int32_t *start_below,
                           const int32_t *arc_below, const int32_t *row_below, int64_t m, const int32_t *edge_arc,
                           const int32_t *forward, const int32_t *backward, int32_t *up, int32_t *down) {
    typedef struct { int32_t up, down; } Pair;
    Pair *side = calloc((size_t)n, sizeof *side);
    if (!side) return NO_MEMORY;
    for (int32_t a = 0; a < start[n]; a++) up[a] = down[a] = NO_WAY;
    for (int64_t e = 0; e < m; e++) {
        if (edge_arc[e] < 0) continue;
        int32_t a = edge_arc[e] >> 1, flipped = edge_arc[e] & 1;
        relax(&up[a], flipped ? backward[e] : forward[e]);
        relax(&down[a], flipped ? forward[e] : backward[e]);
    }
    for (int32_t r = n - 1; r >= 0; r--) {
        for (int32_t a = start[r]; a < start[r + 1]; a++) side[col[a]] = (Pair){up[a], down[a]};
        for (int32_t i = start_below[r]; i < start_below[r + 1]; i++) {
            int32_t to_r = arc_below[i], v = row_below[i];
            int32_t v_to_r = up[to_r], r_to_v = down[to_r];
            for (int32_t a = start[v]; a < to_r; a++) {
                Pair *third = &side[col[a]];
                relax(&third->up, sum(r_to_v, up[a]));
                relax(&third->down, sum(down[a], v_to_r));
            }
        }
        for (int32_t a = start[r]; a < start[r + 1]; a++) {
            up[a] = side[col[a]].up;
            down[a] = side[col[a]].down;
        }
    }
    free(side);
    return OK;
}

/* Weights in ticks, without the arcs that are beyond the limit both ways. `slot` is the depth of the column in the
 * tree: it names an ancestor of the row. Rows of fewer than two arcs get arcs to themselves that nobody can walk, so
 * that a sweep need not guess whether there are two. Returns how many arcs there are (at most 2 n more than before).
 * down, ticks_down may be NULL: same as up. */
EXPORT int32_t linli_quantise(int32_t n, const int32_t *start, const int32_t *col, const uint16_t *depth,
                              const int32_t *up, const int32_t *down, double per_ms, uint32_t limit, int32_t *out_start,
                              int32_t *out_col, uint16_t *slot, uint16_t *ticks_up, uint16_t *ticks_down) {
    int32_t count = 0;
    for (int32_t r = 0; r < n; r++) {
        out_start[r] = count;
        for (int32_t a = start[r], end = start[r + 1]; a < end || count < out_start[r] + 2; a++) {
            uint32_t u = FAR, d = FAR;
            int32_t to = r;
            if (a < end) {
                u = to_ticks(up[a], per_ms, limit);
                d = down ? to_ticks(down[a], per_ms, limit) : u;
                if (u == FAR && d == FAR) continue;
                to = col[a];
            }
            out_col[count] = to;
            slot[count] = depth[to];
            ticks_up[count] = (uint16_t)u;
            if (ticks_down) ticks_down[count] = (uint16_t)d;
            count++;
        }
    }
    out_start[n] = count;
    return count;
}

/* ---------------------------------------------------------------- queries */

/* Weights in ticks for one query: `rising` on the sweep up, `falling` on the sweep down. */
typedef struct {
    int32_t n, height;
    const int32_t *start, *col;
    const uint16_t *slot, *depth, *rising, *falling;
    const int32_t *row_of_node;
    double per_ms;
    uint32_t limit;
} Net;

/* How doors hang on the network; edge and ahead only where doors are set against doors. */
typedef struct {
    int64_t count;
    const int32_t *tail, *head, *tail_ms, *head_ms, *edge, *leg, *tail_ahead, *head_ahead;
} Doors;

static inline int32_t end_row(const Net *net, const Doors *doors, int64_t d, int end) {
    int32_t node = end ? doors->head[d] : doors->tail[d];
    return node < 0 ? -1 : net->row_of_node[node];
}
static inline uint32_t end_ticks(const Net *net, const Doors *doors, int64_t d, int end) {
    return to_ticks(end ? doors->head_ms[d] : doors->tail_ms[d], net->per_ms, net->limit);
}

static inline void seed(Lanes *table, uint64_t *filled, int32_t row, int lane, uint32_t ticks) {
    put(filled, row);
    uint16_t *cell = (uint16_t *)&table[row] + lane;
    if (ticks < *cell) *cell = (uint16_t)ticks;
}

/* From the filled rows to all their ancestors within the limit, deepest row first. */
static void sweep_up(const Net *net, Lanes *table, uint64_t *filled) {
    for (int64_t w = (int64_t)words(net->n) - 1; w >= 0; w--) {
        uint64_t left = filled[w];
        while (left) {
            int bit = 63 - __builtin_clzll(left);
            int32_t r = (int32_t)(w * 64 + bit);
            Lanes here = table[r];
            uint32_t nearest = least_lane(here);
            for (int32_t a = net->start[r]; a < net->start[r + 1]; a++) {
                if (nearest + net->rising[a] > net->limit) continue;
                int32_t f = net->col[a];
                put(filled, f);
                table[f] = least(table[f], add(here, splat(net->rising[a])));
            }
            left = filled[w] & ((1ull << bit) - 1);
        }
    }
}

/* An end of a door within the limit. */
typedef struct { int32_t row, lane; uint32_t ticks; int64_t door; } Seed;

/* The ends of the doors of some categories, and lanes, all FAR, for their rows, packed in the order of rows. */
typedef struct {
    Seed *seed;
    int64_t count;
    int32_t size, rows; /* lanes a row */
    uint64_t *at;
    int32_t *packed; /* rows before each word of `at` */
    Lanes *lanes;
} Seeds;

static inline Lanes *seeds_of(const Seeds *seeds, int32_t row) {
    uint64_t before = seeds->at[row >> 6] & ((1ull << (row & 63)) - 1);
    return seeds->lanes + (int64_t)(seeds->packed[row >> 6] + __builtin_popcountll(before)) * seeds->size;
}

static void close_seeds(Seeds *seeds) {
    free(seeds->seed); free(seeds->at); free(seeds->packed); free(seeds->lanes);
}

static int open_seeds(Seeds *seeds, int32_t size, const Net *net, const Doors *doors, const int32_t *category,
                      int32_t first, int32_t lanes) {
    size_t set = words(net->n);
    *seeds = (Seeds){.size = size, .seed = array(2 * (size_t)doors->count, sizeof(Seed)),
                     .at = calloc(set, sizeof(uint64_t)), .packed = array(set, sizeof(int32_t))};
    if (!seeds->seed || !seeds->at || !seeds->packed) return NO_MEMORY;
    for (int64_t door = 0; door < doors->count; door++) {
        int32_t lane = category[door] - first;
        if (lane < 0 || lane >= lanes) continue;
        int32_t row = end_row(net, doors, door, 0), other = end_row(net, doors, door, 1);
        uint32_t ticks = end_ticks(net, doors, door, 0), others = end_ticks(net, doors, door, 1);
        if (row == other && others > ticks) others = ticks;
        if (row >= 0 && row != other && ticks != FAR) seeds->seed[seeds->count++] = (Seed){row, lane, ticks, door};
        if (other >= 0 && others != FAR) seeds->seed[seeds->count++] = (Seed){other, lane, others, door};
    }
    for (int64_t i = 0; i < seeds->count; i++) put(seeds->at, seeds->seed[i].row);
    for (size_t w = 0; w < set; w++) {
        seeds->packed[w] = seeds->rows;
        seeds->rows += __builtin_popcountll(seeds->at[w]);
    }
    size_t bytes = ((size_t)seeds->rows + 1) * (size_t)size * sizeof(Lanes); /* sweeps read one ahead */
    seeds->lanes = malloc(bytes);
    if (!seeds->lanes) return NO_MEMORY;
    memset(seeds->lanes, 0xff, bytes);
    return OK;
}

/* What a sweep up leaves for the sweep down, deepest row first; `count`, `room` in rows of `size` lanes. */
typedef struct { Lanes *lanes; int64_t size, count, room; } Kept;

/* Room for all rows of one more word, and one to spare. */
static int keep_room(Kept *kept) {
    if (kept->lanes && kept->count + 65 < kept->room) return OK;
    int64_t room = 2 * kept->room + 65;
    Lanes *larger = realloc(kept->lanes, (size_t)(room * kept->size) * sizeof *larger);
    if (!larger) return NO_MEMORY;
    kept->lanes = larger;
    kept->room = room;
    return OK;
}

static inline const Lanes *kept_of(const Kept *kept, int64_t rows_before) {
    return kept->lanes + (kept->count - 1 - rows_before) * kept->size;
}

/* How many rows of a set come before a row; asked for rows in ascending order. */
typedef struct { int32_t word; int64_t count; } Rank;

static inline int64_t met_before(const uint64_t *met, int32_t row, Rank *rank) {
    for (; rank->word < row >> 6; rank->word++) rank->count += __builtin_popcountll(met[rank->word]);
    return rank->count + __builtin_popcountll(met[row >> 6] & ((1ull << (row & 63)) - 1));
}

/* The ancestors of a row, from the root down; as many as it is deep. */
static int32_t *way_down(const Net *net, int32_t row) {
    int32_t need = net->depth[row], *way = array((size_t)need, sizeof *way);
    for (int32_t r = row - 1; way && need > 0; r--)
        if (net->depth[r] == need - 1) way[--need] = r;
    return way;
}

/* Seeds lie far apart in large networks: ask for what a sweep up will read of them a few words ahead of it. */
static inline void prefetch(const Net *net, const uint64_t *met, int64_t w) {
    enum { STARTS = 8, ARCS = 3 };
    if (w >= STARTS)
        for (uint64_t left = met[w - STARTS]; left; left &= left - 1)
            __builtin_prefetch(&net->start[(w - STARTS) * 64 + __builtin_ctzll(left)]);
    if (w >= ARCS)
        for (uint64_t left = met[w - ARCS]; left; left &= left - 1) {
            int32_t a = net->start[(w - ARCS) * 64 + __builtin_ctzll(left)];
            __builtin_prefetch(&net->col[a]);
            __builtin_prefetch(&net->slot[a]);
            __builtin_prefetch(&net->rising[a]);
        }
}

/* Up from the seeds to all their ancestors, deepest row first. A row's arcs lead to its ancestors, so one slot for each
 * depth gathers what they are to hear from below: it is done with when its row's turn comes. `met` starts as the rows
 * with seeds and ends as the rows kept. */
static int sweep_up_slots(const Net *net, const Seeds *seeds, uint64_t *met, Lanes *above, Kept *kept) {
    const Lanes *seed = seeds->lanes + seeds->rows;
    for (int64_t w = (int64_t)words(net->n) - 1; w >= 0; w--) {
        prefetch(net, met, w);
        if (met[w] && keep_room(kept)) return NO_MEMORY;
        for (uint64_t left = met[w]; left;) {
            int bit = 63 - __builtin_clzll(left);
            int32_t r = (int32_t)(w * 64 + bit), a = net->start[r], end = net->start[r + 1];
            uint32_t seeded = has(seeds->at, r);
            seed -= seeded;
            Lanes *slot = &above[net->depth[r]], here = least(*slot, *seed | splat(seeded - 1));
            *slot = splat(FAR);
            kept->lanes[kept->count++] = here;
            do {
                put(met, net->col[a]);
                __builtin_prefetch(&net->start[net->col[a]]);
                slot = &above[net->slot[a]];
                *slot = least(*slot, add(here, splat(net->rising[a])));
            } while (++a < end);
            left = met[w] & ((1ull << bit) - 1);
        }
    }
    return OK;
}

/* Down over the rows first … end − 1; `above` holds the ancestors of the row, by depth. */
static inline __attribute__((always_inline)) void sweep_down_slots(const Net *net, const uint64_t *met,
                                                                   const Lanes *next, Lanes *above, Lanes *table,
                                                                   int32_t first, int32_t end_row, int streamed) {
    const uint16_t *slot = net->slot, *falling = net->falling, *depth = net->depth;
    const int32_t *start = net->start;
    Lanes limit = splat(net->limit);
    for (int32_t r = first, a = start[first]; r < end_row; r++) {
        uint32_t known = has(met, r);
        next -= known;
        Lanes here = *next | splat(known - 1);
        here = least(here, add(above[slot[a]], splat(falling[a])));
        here = least(here, add(above[slot[a + 1]], splat(falling[a + 1])));
        a += 2;
        for (int32_t end = start[r + 1]; a < end; a++) here = least(here, add(above[slot[a]], splat(falling[a])));
        here |= (Lanes)(here > limit);
        above[depth[r]] = here;
        if (streamed) {
            __builtin_nontemporal_store(here.lo, (Eight *)&table[r]);
            __builtin_nontemporal_store(here.hi, (Eight *)&table[r] + 1);
        } else {
            table[r] = here;
        }
    }
}

/* What is kept between the sweep up and the sweeps down. */
typedef struct {
    Seeds seeds;
    uint64_t *met;
    Lanes *above;
    Kept kept;
} Nearest;

EXPORT void linli_nearest_close(void *opened) {
    Nearest *nearest = opened;
    if (!nearest) return;
    close_seeds(&nearest->seeds);
    free(nearest->met); free(nearest->above); free(nearest->kept.lanes); free(nearest);
}

/* Sweep up from the doors of categories first … first + 15. `*out` is for linli_nearest_down and linli_nearest_close. */
EXPORT int linli_nearest_open(const Net *net, const Doors *doors, const int32_t *category, int32_t first, void **out) {
    Nearest *nearest = calloc(1, sizeof *nearest);
    *out = nearest;
    if (!nearest) return NO_MEMORY;
    Seeds *seeds = &nearest->seeds;
    int code = open_seeds(seeds, 1, net, doors, category, first, LANES);
    nearest->met = array(words(net->n), sizeof(uint64_t));
    nearest->above = array((size_t)net->height, sizeof(Lanes));
    nearest->kept = (Kept){.size = 1, .room = 2 * (int64_t)seeds->rows}; /* doubled at once: enough as a rule */
    if (code || !nearest->met || !nearest->above || keep_room(&nearest->kept)) return NO_MEMORY;
    for (int64_t i = 0; i < seeds->count; i++) {
        uint16_t *cell = (uint16_t *)seeds_of(seeds, seeds->seed[i].row) + seeds->seed[i].lane;
        if (seeds->seed[i].ticks < *cell) *cell = (uint16_t)seeds->seed[i].ticks;
    }
    memcpy(nearest->met, seeds->at, words(net->n) * sizeof(uint64_t));
    memset(nearest->above, 0xff, (size_t)net->height * sizeof(Lanes));
    code = sweep_up_slots(net, seeds, nearest->met, nearest->above, &nearest->kept);
    if (!code) nearest->kept.lanes[nearest->kept.count] = splat(FAR); /* read, and thrown away, before the first */
    return code;
}

/* [n, 16]: the ticks to the nearest door of each category for the rows first_row … end_row − 1. Threads may each do
 * some. `again`: the table has been written before and is aligned; if it is larger than the caches it is then written
 * past them. (Pages fresh from the system are in the cache already, having just been zeroed.) */
EXPORT int linli_nearest_down(const Net *net, const void *opened, int32_t first_row, int32_t end_row, Lanes *table,
                              int32_t again) {
    const Nearest *nearest = opened;
    if (first_row >= end_row) return OK;
    Lanes *above = calloc((size_t)net->height, sizeof *above);
    int32_t *way = way_down(net, first_row);
    if (above && way) {
        Rank rank = {0, 0};
        for (int32_t i = 0; i < net->depth[first_row]; i++) {
            int32_t r = way[i];
            Lanes here = has(nearest->met, r) ? *kept_of(&nearest->kept, met_before(nearest->met, r, &rank)) : splat(FAR);
            for (int32_t a = net->start[r]; a < net->start[r + 1]; a++)
                here = least(here, add(above[net->slot[a]], splat(net->falling[a])));
            above[i] = here;
        }
        const Lanes *next = kept_of(&nearest->kept, met_before(nearest->met, first_row, &rank)) + 1;
        if (again && (size_t)net->n * sizeof(Lanes) > STREAMED)
            sweep_down_slots(net, nearest->met, next, above, table, first_row, end_row, 1);
        else
            sweep_down_slots(net, nearest->met, next, above, table, first_row, end_row, 0);
    }
    int code = above && way ? OK : NO_MEMORY;
    free(above); free(way);
    return code;
}

/* A row of k-lists: times[k], then the doors they lead to (their rank within the category), nearest first. */
static inline Lanes *times_of(Lanes *lists, int k, int64_t row) { return lists + row * 2 * k; }

/* Put (ticks, door) into sorted lists, each door once, where no less than `from` entries come before it. What is
 * displaced moves on; a door met again ends it. */
static inline void insert(Lanes *times, Lanes *doors, int from, int k, Lanes ticks, Lanes door) {
    Lanes moving = ticks, whose = door;
    for (int j = 0; j < from; j++) moving |= (Lanes)(doors[j] == door);
    for (int j = from; j < k; j++) {
        Lanes same = (Lanes)(doors[j] == door), old = times[j], old_whose = doors[j];
        Lanes low = least(moving, old);
        Lanes before = ~(Lanes)(low == old) | (same & (Lanes)(low == moving));
        Lanes swap = (whose ^ old_whose) & before;
        times[j] = low;
        doors[j] = old_whose ^ swap;
        moving = __builtin_elementwise_max(moving, old) | same;
        whose ^= swap;
    }
}

/* Lists of a neighbour, `ticks` away, into these. The j-th of one sorted list never comes before the j-th place. */
static inline void merge(Lanes *into, const Lanes *from, int k, uint32_t ticks) {
    for (int j = 0; j < k; j++) {
        Lanes there = add(from[j], splat(ticks));
        if (!bits((Lanes)(there < into[k - 1]))) break;
        insert(into, into + k, j, k, there, from[k + j]);
    }
}

/* The same where there were none yet. */
static inline void copy(Lanes *into, const Lanes *from, int k, uint32_t ticks) {
    for (int j = 0; j < k; j++) {
        into[j] = add(from[j], splat(ticks));
        into[k + j] = from[k + j];
    }
}

/* As sweep_up_slots, with lists. `pushed`: rows whose slot holds something. */
static inline __attribute__((always_inline)) int k_sweep_up(const Net *net, const Seeds *seeds, uint64_t *met,
                                                            uint64_t *pushed, Lanes *above, Kept *kept, int k) {
    const Lanes *seed = times_of(seeds->lanes, k, seeds->rows);
    for (int64_t w = (int64_t)words(net->n) - 1; w >= 0; w--) {
        if (met[w] && keep_room(kept)) return NO_MEMORY;
        for (uint64_t left = met[w]; left;) {
            int bit = 63 - __builtin_clzll(left);
            int32_t r = (int32_t)(w * 64 + bit);
            Lanes *own = times_of(above, k, net->depth[r]), *here = times_of(kept->lanes, k, kept->count++);
            if (has(seeds->at, r)) {
                seed -= 2 * k;
                copy(here, seed, k, 0);
                if (has(pushed, r)) merge(here, own, k, 0);
            } else {
                copy(here, own, k, 0);
            }
            for (int32_t a = net->start[r]; a < net->start[r + 1]; a++) {
                if (net->rising[a] == FAR) continue;
                Lanes *slot = times_of(above, k, net->slot[a]);
                int32_t f = net->col[a];
                if (has(pushed, f)) {
                    merge(slot, here, k, net->rising[a]);
                } else {
                    put(pushed, f);
                    put(met, f);
                    copy(slot, here, k, net->rising[a]);
                }
            }
            left = met[w] & ((1ull << bit) - 1);
        }
    }
    return OK;
}

/* Where the lists go; see linli_k_nearest. */
typedef struct {
    Wide begin;
    int32_t lanes;
    uint16_t *ticks;
    int32_t *door;
} Answer;

/* A row from its ancestors and what the sweep up kept of it, if anything. */
static inline __attribute__((always_inline)) void k_row(const Net *net, const Lanes *kept, Lanes *above, int k,
                                                        int32_t r, Lanes *here) {
    int32_t begin = net->start[r], end = net->start[r + 1], nearest = -1;
    if (kept) {
        copy(here, kept, k, 0);
    } else { /* the nearest first: then few of the others' get in */
        nearest = begin;
        for (int32_t a = begin + 1; a < end; a++)
            if (net->falling[a] < net->falling[nearest]) nearest = a;
        copy(here, times_of(above, k, net->slot[nearest]), k, net->falling[nearest]);
    }
    for (int32_t a = begin; a < end; a++)
        if (a != nearest && net->falling[a] != FAR)
            merge(here, times_of(above, k, net->slot[a]), k, net->falling[a]);
    copy(times_of(above, k, net->depth[r]), here, k, 0);
}

/* Down over the rows first … end − 1. */
static inline __attribute__((always_inline)) void k_sweep_down(const Net *net, const uint64_t *met, const Kept *kept,
                                                               Lanes *above, int k, const int32_t *way,
                                                               const Answer *answer, int32_t first, int32_t end) {
    Lanes limit = splat(net->limit), here[2 * MAX_K]; /* its own, so that it stays in registers */
    int32_t lanes = answer->lanes;
    int64_t stop = (int64_t)end * k * lanes;
    Rank rank = {0, 0};
    for (int32_t i = 0; i < net->depth[first]; i++)
        k_row(net, has(met, way[i]) ? kept_of(kept, met_before(met, way[i], &rank)) : NULL, above, k, way[i], here);
    int64_t before = met_before(met, first, &rank);
    for (int32_t r = first; r < end; r++) {
        k_row(net, has(met, r) ? kept_of(kept, before++) : NULL, above, k, r, here);
        for (int j = 0; j < k; j++) {
            Lanes far = (Lanes)(here[j] > limit), ticks = here[j] | far;
            Wide far_wide = -__builtin_convertvector((far & 1), Wide);
            Wide door = (answer->begin + __builtin_convertvector(here[k + j], Wide)) | far_wide;
            int64_t at = ((int64_t)r * k + j) * lanes;
            if (at + LANES > stop) { /* not over the first row of whoever goes on from here */
                memcpy(answer->ticks + at, &ticks, (size_t)lanes * sizeof(uint16_t));
                memcpy(answer->door + at, &door, (size_t)lanes * sizeof(int32_t));
            } else {
                *(Lanes *)(answer->ticks + at) = ticks;
                *(Wide *)(answer->door + at) = door;
            }
        }
    }
}

/* What is kept between the sweep up and the sweeps down. */
typedef struct {
    Seeds seeds;
    uint64_t *met, *pushed;
    Lanes *above;
    Kept kept;
} Lists;

EXPORT void linli_k_close(void *opened) {
    Lists *lists = opened;
    if (!lists) return;
    close_seeds(&lists->seeds);
    free(lists->met); free(lists->pushed); free(lists->above); free(lists->kept.lanes); free(lists);
}

/* Sweep up from the doors of categories first … first + lanes − 1. rank [doors]: of each door within its category.
 * `*out` is for linli_k_down and linli_k_close. */
EXPORT int linli_k_open(const Net *net, const Doors *doors, const int32_t *category, const uint16_t *rank,
                        int32_t first, int32_t lanes, int32_t k, void **out) {
    size_t row_size = 2 * (size_t)k * sizeof(Lanes), set = words(net->n);
    Lists *lists = calloc(1, sizeof *lists);
    *out = lists;
    if (!lists) return NO_MEMORY;
    lists->met = array(set, sizeof(uint64_t));
    lists->pushed = calloc(set, sizeof(uint64_t));
    lists->above = array((size_t)net->height, row_size);
    lists->kept.size = 2 * k;
    int code = open_seeds(&lists->seeds, 2 * k, net, doors, category, first, lanes);
    lists->kept.room = 2 * (int64_t)lists->seeds.rows; /* doubled at once: enough as a rule */
    if (code || !lists->met || !lists->pushed || !lists->above || keep_room(&lists->kept)) return NO_MEMORY;
    for (int64_t i = 0; i < lists->seeds.count; i++) {
        Seed seed = lists->seeds.seed[i];
        Lanes one = splat(FAR), whose = splat(FAR), *here = seeds_of(&lists->seeds, seed.row);
        one[seed.lane] = (uint16_t)seed.ticks;
        whose[seed.lane] = rank[seed.door];
        insert(here, here + k, 0, k, one, whose);
    }
    memcpy(lists->met, lists->seeds.at, set * sizeof(uint64_t));
    memset(lists->above, 0xff, (size_t)net->height * row_size);
#define SWEEP_UP(k) k_sweep_up(net, &lists->seeds, lists->met, lists->pushed, lists->above, &lists->kept, k)
    switch (k) { /* the usual numbers unrolled */
    case 1: return SWEEP_UP(1);
    case 3: return SWEEP_UP(3);
    case 5: return SWEEP_UP(5);
    default: return SWEEP_UP(k);
    }
#undef SWEEP_UP
}

/* [n, k, lanes]: the k nearest doors of each category for the rows first_row … end_row − 1, as ticks and as places
 * among the doors sorted by category (−1: none). begin [lanes]: where each category starts among them. Threads may
 * each do some of the rows. */
EXPORT int linli_k_down(const Net *net, const void *opened, const int32_t *begin, int32_t lanes, int32_t k,
                        int32_t first_row, int32_t end_row, uint16_t *out_ticks, int32_t *out_door) {
    const Lists *lists = opened;
    size_t row_size = 2 * (size_t)k * sizeof(Lanes);
    if (first_row >= end_row) return OK;
    Lanes *above = array((size_t)net->height, row_size);
    int32_t *way = way_down(net, first_row);
    Answer answer = {.lanes = lanes, .ticks = out_ticks, .door = out_door};
    for (int32_t lane = 0; lane < lanes; lane++) answer.begin[lane] = begin[lane];
    int code = above && way ? OK : NO_MEMORY;
    if (!code) {
        memset(above, 0xff, (size_t)net->height * row_size);
#define SWEEP_DOWN(k) k_sweep_down(net, lists->met, &lists->kept, above, k, way, &answer, first_row, end_row)
        switch (k) {
        case 1: SWEEP_DOWN(1); break;
        case 3: SWEEP_DOWN(3); break;
        case 5: SWEEP_DOWN(5); break;
        default: SWEEP_DOWN(k);
        }
#undef SWEEP_DOWN
    }
    free(above); free(way);
    return code;
}

/* ---------------------------------------------------------------- sources against sinks */

enum { GATHER = 0, SPREAD = 1, TABLE = 2 };

typedef struct {
    const Net *net;
    const Doors *sources, *sinks;
    int toward;               /* people walk from the sinks to the sources */
    int64_t batch;            /* the first source of the 16 in the lanes */
    const int32_t *order;     /* sources, neighbours in the tree together */
    int lanes;
    Lanes *table;
    uint64_t *filled;
    uint8_t *crowded;         /* edges that sources of this batch stand on */
} Sweep;

/* Walks along one edge, for a sink on an edge that a source of this batch is on too. */
static Lanes straight(const Sweep *sweep, int64_t sink, Lanes ticks) {
    const Doors *sources = sweep->sources, *sinks = sweep->sinks;
    for (int lane = 0; lane < sweep->lanes; lane++) {
        int64_t s = sweep->order[sweep->batch + lane];
        if (sources->edge[s] != sinks->edge[sink]) continue;
        for (int end = 0; end < 2; end++) {
            int32_t a = (end ? sources->head_ahead : sources->tail_ahead)[s];
            int32_t b = (end ? sinks->head_ahead : sinks->tail_ahead)[sink];
            if (a == NO_WAY || b == NO_WAY) continue;
            int64_t ms = sweep->toward ? (int64_t)a - b : (int64_t)b - a;
            if (ms < 0) continue;
            ms += (int64_t)sources->leg[s] + sinks->leg[sink];
            uint32_t walk = ms < NO_WAY ? to_ticks((int32_t)ms, sweep->net->per_ms, sweep->net->limit) : FAR;
            if (walk < ticks[lane]) ticks[lane] = (uint16_t)walk;
        }
    }
    return ticks;
}

/* Weights of all 256 sets of eight lanes, and of the other eight. */
static void sum_sets(const Sweep *sweep, const double *weight, int32_t columns, double *sets) {
    for (int32_t c = 0; c < columns; c++)
        for (int half = 0; half < 2; half++) {
            double *sum = sets + (2 * c + half) * 256;
            sum[0] = 0;
            for (int set = 1; set < 256; set++) {
                int lane = half * 8 + __builtin_ctz((unsigned)set);
                double own = lane < sweep->lanes ? weight[(int64_t)sweep->order[sweep->batch + lane] * columns + c] : 0;
                sum[set] = sum[set & (set - 1)] + own;
            }
        }
}

static inline void gather(double *total, const double *sets, int32_t columns, uint32_t near) {
    for (int32_t c = 0; c < columns; c++)
        total[c] += sets[2 * c * 256 + (near & 255)] + sets[(2 * c + 1) * 256 + (near >> 8)];
}

/* From the filled rows down to all rows that any lane reaches within the limit. With `total`, every row gathers the
 * weights of the lanes that reach it, and is left as the next batch needs it. */
static inline __attribute__((always_inline)) void sweep_down(const Sweep *sweep, const int32_t *start_below,
                                                             const int32_t *row_below, const uint16_t *falling,
                                                             double *total, const double *sets, int32_t columns) {
    const Net *net = sweep->net;
    Lanes *table = sweep->table;
    uint64_t *filled = sweep->filled;
    Lanes limit = splat(net->limit);
    for (size_t w = 0; w < words(net->n); w++) {
        uint64_t left = filled[w];
        while (left) {
            int bit = __builtin_ctzll(left);
            int32_t r = (int32_t)(w * 64) + bit;
            Lanes here = table[r];
            uint32_t nearest = least_lane(here);
            if (nearest <= net->limit) {
                if (total) gather(total + (int64_t)r * columns, sets, columns, bits((Lanes)(here <= limit)));
                for (int32_t i = start_below[r]; i < start_below[r + 1]; i++) {
                    if (nearest + falling[i] > net->limit) continue;
                    int32_t v = row_below[i];
                    put(filled, v);
                    table[v] = least(table[v], add(here, splat(falling[i])));
                }
            }
            if (total) table[r] = splat(FAR);
            left = bit == 63 ? 0 : filled[w] & ~((2ull << bit) - 1);
        }
        if (total) filled[w] = 0;
    }
}

/* Sinks by the row at either end: item 2 × sink + end. */
static int index_sinks(const Net *net, const Doors *sinks, int32_t **start, int64_t **item) {
    *start = calloc((size_t)net->n + 1, sizeof **start);
    *item = array(2 * (size_t)sinks->count, sizeof **item);
    if (!*start || !*item) return NO_MEMORY;
    for (int64_t i = 0; i < 2 * sinks->count; i++) {
        int32_t row = end_row(net, sinks, i / 2, i & 1);
        if (row >= 0) (*start)[row]++;
    }
    for (int32_t r = 1; r <= net->n; r++) (*start)[r] += (*start)[r - 1];
    for (int64_t i = 2 * sinks->count - 1; i >= 0; i--) {
        int32_t row = end_row(net, sinks, i / 2, i & 1);
        if (row >= 0) (*item)[--(*start)[row]] = i;
    }
    return OK;
}

/* Every source of `order` [count] against every sink (every row, if sinks is NULL), the sources of a batch in the lanes.
 * start_below, row_below, falling_below: the net's arcs by the row they lead to. table: memory for [n, 16] ticks.
 * GATHER: out [sinks or n, columns] += weight [sources, columns] of the sources within the limit.
 * SPREAD: out [sources, columns] += weight [sinks, columns] of the sinks within the limit.
 * TABLE: out [sources, sinks] = ticks, where within the limit. */
EXPORT int linli_between(const Net *net, const int32_t *start_below, const int32_t *row_below,
                         const uint16_t *falling_below, Lanes *table, const Doors *sources, const int32_t *order, int64_t count,
                         const Doors *sinks, int64_t edge_count, int32_t toward, int32_t mode, const double *weight, int32_t columns,
                         void *out) {
    double *total = out, *sets = mode == GATHER ? array(512 * (size_t)columns, sizeof *sets) : NULL;
    int32_t *start = NULL;
    int64_t *item = NULL;
    Sweep sweep = {
        .net = net, .sources = sources, .sinks = sinks, .toward = toward, .order = order,
        .table = table,
        .filled = calloc(words(net->n), sizeof(uint64_t)),
        .crowded = calloc((size_t)edge_count + 1, 1),
    };
    int code = sweep.filled && sweep.crowded && (sets || mode != GATHER) ? OK : NO_MEMORY;
    if (!code) memset(table, 0xff, (size_t)net->n * sizeof(Lanes)); /* FAR; every batch leaves it so */
    if (!code && sinks) code = index_sinks(net, sinks, &start, &item);
    for (; !code && sweep.batch < count; sweep.batch += LANES) {
        sweep.lanes = count - sweep.batch < LANES ? (int)(count - sweep.batch) : LANES;
        for (int lane = 0; lane < sweep.lanes; lane++) {
            int64_t s = order[sweep.batch + lane];
            if (sources->edge[s] >= 0) sweep.crowded[sources->edge[s]] = 1;
            for (int end = 0; end < 2; end++) { /* seeded even if FAR: who is on the same edge is found from here */
                int32_t row = end_row(net, sources, s, end);
                if (row >= 0) seed(sweep.table, sweep.filled, row, lane, end_ticks(net, sources, s, end));
            }
        }
        sweep_up(net, sweep.table, sweep.filled);
        if (mode == GATHER) sum_sets(&sweep, weight, columns, sets);
        if (sinks) sweep_down(&sweep, start_below, row_below, falling_below, NULL, NULL, 0);
        else if (columns == 1) sweep_down(&sweep, start_below, row_below, falling_below, total, sets, 1);
        else sweep_down(&sweep, start_below, row_below, falling_below, total, sets, columns);
        Lanes limit = splat(net->limit);
        for (size_t w = 0; sinks && w < words(net->n); w++)
            for (uint64_t left = sweep.filled[w]; left; left &= left - 1) {
                int32_t r = (int32_t)(w * 64) + __builtin_ctzll(left);
                for (int32_t i = start[r]; i < start[r + 1]; i++) {
                    int64_t sink = item[i] / 2;
                    int32_t rows[2] = {end_row(net, sinks, sink, 0), end_row(net, sinks, sink, 1)};
                    int met[2] = {rows[0] >= 0 && has(sweep.filled, rows[0]), rows[1] >= 0 && has(sweep.filled, rows[1])};
                    if ((item[i] & 1) && met[0]) continue; /* counted at its tail */
                    Lanes ticks = splat(FAR);
                    for (int end = 0; end < 2; end++)
                        if (met[end]) ticks = least(ticks, add(sweep.table[rows[end]], splat(end_ticks(net, sinks, sink, end))));
                    if (sinks->edge[sink] >= 0 && sweep.crowded[sinks->edge[sink]]) ticks = straight(&sweep, sink, ticks);
                    uint32_t near = bits((Lanes)(ticks <= limit)) & ((1u << sweep.lanes) - 1);
                    if (!near) continue;
                    if (mode == GATHER) {
                        gather(total + sink * columns, sets, columns, near);
                        continue;
                    }
                    for (; near; near &= near - 1) {
                        int lane = __builtin_ctz(near);
                        int64_t s = order[sweep.batch + lane];
                        if (mode == TABLE) ((uint16_t *)out)[s * sinks->count + sink] = ticks[lane];
                        else for (int32_t c = 0; c < columns; c++) total[s * columns + c] += weight[sink * columns + c];
                    }
                }
            }
        for (int lane = 0; lane < sweep.lanes; lane++) {
            int32_t edge = sources->edge[order[sweep.batch + lane]];
            if (edge >= 0) sweep.crowded[edge] = 0;
        }
        for (size_t w = 0; sinks && w < words(net->n); w++) {
            for (uint64_t left = sweep.filled[w]; left; left &= left - 1)
                sweep.table[w * 64 + (size_t)__builtin_ctzll(left)] = splat(FAR);
            sweep.filled[w] = 0;
        }
    }
    free(sweep.filled); free(sweep.crowded); free(start); free(item); free(sets);
    return code;
}

/* ---------------------------------------------------------------- one walk */

/* Edges by node, both ways: node reached and via = 2 × edge, + 1 if walked backward. */
EXPORT void linli_graph(int32_t n, int64_t m, const int32_t *tail, const int32_t *head, int64_t *start, int32_t *node,
                        int32_t *via) {
    memset(start, 0, ((size_t)n + 1) * sizeof *start);
    for (int64_t e = 0; e < m; e++) { start[tail[e]]++; start[head[e]]++; }
    for (int32_t v = 1; v <= n; v++) start[v] += start[v - 1];
    for (int64_t e = m - 1; e >= 0; e--) {
        int64_t there = --start[tail[e]], back = --start[head[e]];
        node[there] = head[e]; via[there] = (int32_t)(2 * e);
        node[back] = tail[e]; via[back] = (int32_t)(2 * e + 1);
    }
}

typedef struct { uint64_t *key; int64_t count, room; } Heap; /* key: ms, then node */

static int push(Heap *heap, int32_t ms, int32_t node) {
    if (heap->count == heap->room) {
        int64_t room = 2 * heap->room + 256;
        uint64_t *key = realloc(heap->key, (size_t)room * sizeof *key);
        if (!key) return NO_MEMORY;
        heap->key = key;
        heap->room = room;
    }
    uint64_t key = (uint64_t)(uint32_t)ms << 32 | (uint32_t)node;
    int64_t at = heap->count++;
    for (; at && heap->key[(at - 1) / 2] > key; at = (at - 1) / 2) heap->key[at] = heap->key[(at - 1) / 2];
    heap->key[at] = key;
    return OK;
}

static uint64_t pop(Heap *heap) {
    uint64_t top = heap->key[0], key = heap->key[--heap->count];
    int64_t at = 0, child;
    while ((child = 2 * at + 1) < heap->count) {
        if (child + 1 < heap->count && heap->key[child + 1] < heap->key[child]) child++;
        if (heap->key[child] >= key) break;
        heap->key[at] = heap->key[child];
        at = child;
    }
    heap->key[at] = key;
    return top;
}

/* Dijkstra's search (1959) from one door, by node: ms [n] (NO_WAY: beyond the cut-off) and via [n] (−1: no edge).
 * With goals, it stops once the nearest goal of each category is certain. */
EXPORT int linli_search(int32_t n, const int64_t *start, const int32_t *node, const int32_t *edge_via,
                        const int32_t *forward, const int32_t *backward, const Doors *from, const Doors *goals,
                        const int32_t *category, int32_t category_count, int32_t cutoff, int32_t *ms, int32_t *via) {
    Heap heap = {0};
    int32_t *first = NULL, *next = NULL, *best = NULL, worst = cutoff;
    int code = OK;
    for (int32_t v = 0; v < n; v++) { ms[v] = NO_WAY; via[v] = -1; }
    if (goals) {
        first = array((size_t)n, sizeof *first);
        next = array(2 * (size_t)goals->count, sizeof *next);
        best = calloc((size_t)category_count + 1, sizeof *best);
        if (!first || !next || !best) code = NO_MEMORY;
        if (!code) memset(first, 0xff, (size_t)n * sizeof *first);
        for (int64_t i = 0; !code && i < 2 * goals->count; i++) {
            int32_t v = i & 1 ? goals->head[i / 2] : goals->tail[i / 2];
            if (v < 0) continue;
            next[i] = first[v];
            first[v] = (int32_t)i;
            best[category[i / 2]] = cutoff;
        }
    }
    for (int end = 0; !code && end < 2; end++) {
        int32_t v = end ? from->head[0] : from->tail[0], at = end ? from->head_ms[0] : from->tail_ms[0];
        if (v < 0 || at > cutoff || at >= ms[v]) continue;
        ms[v] = at;
        code = push(&heap, at, v);
    }
    while (!code && heap.count) {
        uint64_t key = pop(&heap);
        int32_t here = (int32_t)(key >> 32), v = (int32_t)(uint32_t)key;
        if (here > worst) break;
        if (here > ms[v]) continue;
        if (goals && first[v] >= 0) {
            for (int32_t i = first[v]; i >= 0; i = next[i]) {
                int64_t there = (int64_t)here + (i & 1 ? goals->head_ms[i / 2] : goals->tail_ms[i / 2]);
                if (there < best[category[i / 2]]) best[category[i / 2]] = (int32_t)there;
            }
            worst = 0;
            for (int32_t c = 0; c < category_count; c++)
                if (best[c] > worst) worst = best[c];
        }
        for (int64_t i = start[v]; !code && i < start[v + 1]; i++) {
            int32_t step = edge_via[i] & 1 ? backward[edge_via[i] >> 1] : forward[edge_via[i] >> 1];
            int64_t there = (int64_t)here + step;
            if (there > cutoff || there >= ms[node[i]]) continue;
            ms[node[i]] = (int32_t)there;
            via[node[i]] = edge_via[i];
            code = push(&heap, (int32_t)there, node[i]);
        }
    }
    free(heap.key); free(first); free(next); free(best);
    return code;
}
