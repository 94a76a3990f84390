// Least total cost of serving every demand from p open candidates: the p-median problem, searched and bounded.
//
// A row is a demand: its candidates, cheapest first. `beyond[i]` is what demand i costs where none of its row is open;
// the bound counts on it being no less than the last cost of the row. Costs are already weighted.
//
// The search swaps one open candidate for a closed one while that pays (Whitaker 1983; Resende and Werneck 2007; the
// shared removal losses after Schubert and Rousseeuw 2021). The bound relaxes "every demand is served" (Beasley 1985) and
// climbs with deflected subgradients. What the bound leaves open, a tree decides.

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef _WIN32
#define API __declspec(dllexport)
#else
#define API __attribute__((visibility("default")))
#endif

typedef struct {
  int32_t n, m;
  const int64_t *start;    // [n + 1] where each demand's row begins
  const int32_t *cand;     // [start[n]] candidates, cheapest first
  const double *cost;      // [start[n]]
  const double *beyond;    // [n]
  const int64_t *in_start; // [m + 1] the same by candidate
  const int32_t *in_demand;
  const double *in_cost;
} Lists;

enum { FREE = 0, OPEN = 1, SHUT = 2 };
enum { DONE = 0, NO_MEMORY = 1, OUT_OF_TIME = 2 };

API void linli_site_transpose(int32_t n, int32_t m, const int64_t *start, const int32_t *cand, const double *cost,
                              int64_t *in_start, int32_t *in_demand, double *in_cost) {
  memset(in_start, 0, (size_t)(m + 1) * sizeof *in_start);
  for (int64_t k = 0; k < start[n]; k++) in_start[cand[k] + 1]++;
  for (int32_t j = 0; j < m; j++) in_start[j + 1] += in_start[j];
  for (int32_t i = 0; i < n; i++)
    for (int64_t k = start[i]; k < start[i + 1]; k++) {
      int64_t at = in_start[cand[k]]++;
      in_demand[at] = i;
      in_cost[at] = cost[k];
    }
  for (int32_t j = m; j > 0; j--) in_start[j] = in_start[j - 1];
  in_start[0] = 0;
}

// ---- Search -------------------------------------------------------------------------------------------------------

typedef struct {
  const Lists *of;
  int32_t p, leaves;
  int32_t *slot_of; // [m] place among the open, or -1
  int32_t *at_slot; // [p]
  const uint8_t *must;
  int32_t *near, *next; // [n] nearest open and the one after it, -1: beyond
  double *d1, *d2;      // [n] their costs
  double *loss;         // [p] what closing it would cost
  int32_t *tree;        // [2 * leaves] slot of least loss below
  double *change;       // [p] scratch of one evaluation
  int32_t *touched;     // [p]
  int32_t *queue;       // [m] candidates to be looked at, a ring
  uint8_t *queued;      // [m]
  int32_t head, waiting;
  int32_t *swap_in, *swap_out; // journal
  int64_t swaps, swap_room;
  double total;
} Search;

static double loss_at(const Search *s, int32_t slot) {
  return s->must[s->at_slot[slot]] == OPEN ? DBL_MAX : s->loss[slot];
}

static void renew(Search *s, int32_t slot) {
  for (int32_t at = (s->leaves + slot) / 2; at >= 1; at /= 2) {
    int32_t left = s->tree[2 * at], right = s->tree[2 * at + 1];
    s->tree[at] = right < 0 || (left >= 0 && loss_at(s, left) <= loss_at(s, right)) ? left : right;
  }
}

static void plant(Search *s) {
  for (int32_t k = 0; k < s->leaves; k++) s->tree[s->leaves + k] = k < s->p ? k : -1;
  for (int32_t at = s->leaves - 1; at >= 1; at--) {
    int32_t left = s->tree[2 * at], right = s->tree[2 * at + 1];
    s->tree[at] = right < 0 || (left >= 0 && loss_at(s, left) <= loss_at(s, right)) ? left : right;
  }
}

static void look(const Search *s, int32_t i, int32_t *near, int32_t *next, double *d1, double *d2) {
  const Lists *of = s->of;
  *near = *next = -1;
  *d1 = *d2 = of->beyond[i];
  for (int64_t k = of->start[i]; k < of->start[i + 1]; k++) {
    int32_t j = of->cand[k];
    if (s->slot_of[j] < 0) continue;
    if (*near < 0) {
      *near = j;
      *d1 = of->cost[k];
    } else {
      *next = j;
      *d2 = of->cost[k];
      return;
    }
  }
}

static void enqueue(Search *s, int32_t j) {
  if (s->queued[j] || s->slot_of[j] >= 0 || s->must[j] == SHUT) return;
  s->queued[j] = 1;
  s->queue[(s->head + s->waiting++) % s->of->m] = j;
}

// Puts a demand's new nearest two in place, and lets those who could serve it better be looked at again.
static void put(Search *s, int32_t i, int32_t near, int32_t next, double d1, double d2, int wake) {
  const Lists *of = s->of;
  double reach = s->d2[i] > d2 ? s->d2[i] : d2;
  if (s->near[i] >= 0 && s->slot_of[s->near[i]] >= 0) {
    int32_t slot = s->slot_of[s->near[i]];
    s->loss[slot] -= s->d2[i] - s->d1[i];
    renew(s, slot);
  }
  s->total += d1 - s->d1[i];
  s->near[i] = near, s->next[i] = next, s->d1[i] = d1, s->d2[i] = d2;
  if (near >= 0) {
    int32_t slot = s->slot_of[near];
    s->loss[slot] += d2 - d1;
    renew(s, slot);
  }
  if (wake)
    for (int64_t k = of->start[i]; k < of->start[i + 1] && of->cost[k] < reach; k++) enqueue(s, of->cand[k]);
}

static void swap(Search *s, int32_t in, int32_t out, int wake) {
  const Lists *of = s->of;
  int32_t slot = s->slot_of[out];
  s->slot_of[out] = -1;
  s->slot_of[in] = slot;
  s->at_slot[slot] = in;
  s->loss[slot] = 0;
  renew(s, slot);
  for (int64_t k = of->in_start[in]; k < of->in_start[in + 1]; k++) {
    int32_t i = of->in_demand[k];
    double c = of->in_cost[k];
    if (s->near[i] == out || s->next[i] == out) continue;
    if (s->near[i] < 0 || c < s->d1[i])
      put(s, i, in, s->near[i], c, s->near[i] < 0 ? of->beyond[i] : s->d1[i], wake);
    else if (s->next[i] < 0 || c < s->d2[i])
      put(s, i, s->near[i], in, s->d1[i], c, wake);
  }
  for (int64_t k = of->in_start[out]; k < of->in_start[out + 1]; k++) {
    int32_t i = of->in_demand[k], near, next;
    if (s->near[i] != out && s->next[i] != out) continue;
    double d1, d2;
    look(s, i, &near, &next, &d1, &d2);
    put(s, i, near, next, d1, d2, wake);
  }
}

// What is saved by opening `in` and closing the best one for it.
static double saving(Search *s, int32_t in, int32_t *out) {
  const Lists *of = s->of;
  double gained = 0;
  int32_t count = 0;
  for (int64_t k = of->in_start[in]; k < of->in_start[in + 1]; k++) {
    int32_t i = of->in_demand[k];
    double c = of->in_cost[k];
    if (c >= s->d2[i]) continue;
    double less;
    if (c < s->d1[i]) {
      gained += s->d1[i] - c;
      less = s->d2[i] - s->d1[i];
    } else
      less = s->d2[i] - c;
    if (s->near[i] < 0 || less == 0) continue;
    int32_t slot = s->slot_of[s->near[i]];
    if (s->change[slot] == 0) s->touched[count++] = slot;
    s->change[slot] += less;
  }
  int32_t best = s->tree[1];
  double least = best < 0 ? DBL_MAX : loss_at(s, best);
  for (int32_t t = 0; t < count; t++) {
    int32_t slot = s->touched[t];
    double loss = loss_at(s, slot);
    if (loss < DBL_MAX) loss -= s->change[slot];
    if (loss < least || (loss == least && slot < best)) least = loss, best = slot;
    s->change[slot] = 0;
  }
  if (best < 0 || least == DBL_MAX) return -1;
  *out = s->at_slot[best];
  return gained - least;
}

static int note(Search *s, int32_t in, int32_t out) {
  if (s->swaps == s->swap_room) {
    int64_t room = 2 * s->swap_room + 64;
    int32_t *a = realloc(s->swap_in, (size_t)room * sizeof *a);
    if (a) s->swap_in = a;
    int32_t *b = realloc(s->swap_out, (size_t)room * sizeof *b);
    if (b) s->swap_out = b;
    if (!a || !b) return NO_MEMORY;
    s->swap_room = room;
  }
  s->swap_in[s->swaps] = in;
  s->swap_out[s->swaps++] = out;
  return DONE;
}

// Swaps while anything that waits saves something.
static int descend(Search *s, int64_t *work) {
  while (s->waiting) {
    int32_t in = s->queue[s->head];
    s->head = (s->head + 1) % s->of->m;
    s->waiting--;
    s->queued[in] = 0;
    if (s->slot_of[in] >= 0) continue;
    int32_t out = -1;
    *work += s->of->in_start[in + 1] - s->of->in_start[in];
    double saved = saving(s, in, &out);
    if (saved <= 1e-9 * (fabs(s->total) + 1)) continue;
    swap(s, in, out, 1);
    if (note(s, in, out)) return NO_MEMORY;
  }
  return DONE;
}

static uint64_t next_random(uint64_t *state) { // splitmix64
  uint64_t z = (*state += 0x9e3779b97f4a7c15ull);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return z ^ (z >> 31);
}

static void close_search(Search *s) {
  free(s->slot_of), free(s->at_slot), free(s->near), free(s->next), free(s->d1), free(s->d2), free(s->loss);
  free(s->tree), free(s->change), free(s->touched), free(s->queue), free(s->queued), free(s->swap_in), free(s->swap_out);
}

static int open_search(Search *s, const Lists *of, const int32_t *open, int32_t p, const uint8_t *must) {
  memset(s, 0, sizeof *s);
  s->of = of, s->p = p, s->must = must;
  for (s->leaves = 1; s->leaves < p; s->leaves *= 2) continue;
  size_t n = (size_t)of->n, m = (size_t)of->m, q = (size_t)p;
  s->slot_of = malloc(m * sizeof(int32_t)), s->at_slot = malloc(q * sizeof(int32_t));
  s->near = malloc(n * sizeof(int32_t)), s->next = malloc(n * sizeof(int32_t));
  s->d1 = malloc(n * sizeof(double)), s->d2 = malloc(n * sizeof(double));
  s->loss = calloc(q, sizeof(double)), s->tree = malloc(2 * (size_t)s->leaves * sizeof(int32_t));
  s->change = calloc(q, sizeof(double)), s->touched = malloc(q * sizeof(int32_t));
  s->queue = malloc(m * sizeof(int32_t)), s->queued = calloc(m, 1);
  if (!s->slot_of || !s->at_slot || !s->near || !s->next || !s->d1 || !s->d2 || !s->loss || !s->tree || !s->change ||
      !s->touched || !s->queue || !s->queued)
    return NO_MEMORY;
  for (size_t j = 0; j < m; j++) s->slot_of[j] = -1;
  for (int32_t k = 0; k < p; k++) s->at_slot[k] = open[k], s->slot_of[open[k]] = k;
  for (int32_t i = 0; i < of->n; i++) {
    look(s, i, &s->near[i], &s->next[i], &s->d1[i], &s->d2[i]);
    s->total += s->d1[i];
    if (s->near[i] >= 0) s->loss[s->slot_of[s->near[i]]] += s->d2[i] - s->d1[i];
  }
  plant(s);
  return DONE;
}

// Improves `open` [p] in place: to where no swap pays, then from there after a few swaps by chance, as long
// as less than `most_work` costs were read.
API int32_t linli_site_search(const Lists *of, int32_t p, const uint8_t *must, int32_t *open, int64_t most_work,
                              uint64_t seed, double *total) {
  Search s;
  int status = open_search(&s, of, open, p, must);
  int64_t work = 0;
  for (int32_t j = 0; !status && j < of->m; j++) enqueue(&s, j);
  if (!status) status = descend(&s, &work);
  int32_t movable = 0;
  for (int32_t k = 0; !status && k < p; k++) movable += must[s.at_slot[k]] != OPEN;
  while (!status && work < most_work && movable) {
    double before = s.total;
    s.swaps = 0;
    int32_t strength = 1 + (int32_t)(next_random(&seed) % 4);
    for (int32_t t = 0; !status && t < strength; t++) {
      work++; // also where there is nothing to try
      // Somewhere, a candidate near some demand; out goes one of the two that served it, or anyone.
      int32_t i = (int32_t)(next_random(&seed) % (uint64_t)of->n);
      int64_t length = of->start[i + 1] - of->start[i], reach = 0;
      while (reach < length && of->cost[of->start[i] + reach] <= s.d2[i]) reach++;
      if (!reach) continue;
      int32_t in = of->cand[of->start[i] + (int64_t)(next_random(&seed) % (uint64_t)reach)];
      if (s.slot_of[in] >= 0 || must[in] == SHUT) continue;
      int32_t out = next_random(&seed) & 1 ? s.near[i] : s.next[i];
      if (out < 0 || next_random(&seed) % 3 == 0) out = s.at_slot[next_random(&seed) % (uint64_t)p];
      if (must[out] == OPEN) continue;
      swap(&s, in, out, 1);
      work += of->in_start[in + 1] - of->in_start[in];
      status = note(&s, in, out);
    }
    if (!status) status = descend(&s, &work);
    if (!status && s.total > before - 1e-9 * (fabs(before) + 1) && s.total != before) {
      while (s.swaps--) swap(&s, s.swap_out[s.swaps], s.swap_in[s.swaps], 0);
      s.swaps = 0;
    }
  }
  if (!status) {
    for (int32_t k = 0; k < p; k++) open[k] = s.at_slot[k];
    *total = 0;
    for (int32_t i = 0; i < of->n; i++) *total += s.d1[i];
  }
  close_search(&s);
  return status;
}

// ---- Bound --------------------------------------------------------------------------------------------------------

typedef struct {
  double value;
  int32_t cand;
} Valued;

static int less(Valued a, Valued b) { return a.value < b.value || (a.value == b.value && a.cand < b.cand); }

// Moves the `count` least to the front.
static void select_least(Valued *all, int32_t size, int32_t count) {
  int32_t low = 0, high = size - 1;
  while (low < high) {
    Valued pivot = all[low + (high - low) / 2];
    int32_t a = low, b = high;
    while (a <= b) {
      while (less(all[a], pivot)) a++;
      while (less(pivot, all[b])) b--;
      if (a <= b) {
        Valued t = all[a];
        all[a++] = all[b], all[b--] = t;
      }
    }
    if (count - 1 <= b)
      high = b;
    else if (count - 1 >= a)
      low = a;
    else
      return;
  }
}

typedef struct {
  double worst_in, best_out; // largest chosen and least other value, of the FREE
} Chosen;

// The bound of the multipliers u: sum of u, and the p candidates of least reduced cost.
static double relax(const Lists *of, int32_t p, const uint8_t *must, const double *u, double *reduced, Valued *all,
                    uint8_t *taken, double *slope, Chosen *said) {
  double bound = 0;
  memset(reduced, 0, (size_t)of->m * sizeof *reduced);
  for (int32_t i = 0; i < of->n; i++) {
    double ui = u[i];
    bound += ui;
    for (int64_t k = of->start[i], end = of->start[i + 1]; k < end && of->cost[k] < ui; k++)
      reduced[of->cand[k]] += of->cost[k] - ui;
  }
  int32_t size = 0, left = p;
  for (int32_t j = 0; j < of->m; j++) {
    taken[j] = must[j] == OPEN;
    if (must[j] == OPEN) bound += reduced[j], left--;
    if (must[j] == FREE) all[size++] = (Valued){reduced[j], j};
  }
  if (left > size) return DBL_MAX; // no choice is left
  said->worst_in = -DBL_MAX, said->best_out = DBL_MAX;
  if (left < size) {
    // One more than chosen, so that both sides of the cut are known.
    select_least(all, size, left + 1);
    int32_t last = 0;
    for (int32_t k = 1; k <= left; k++)
      if (less(all[last], all[k])) last = k;
    said->best_out = all[last].value;
    Valued t = all[last];
    all[last] = all[left], all[left] = t;
  }
  for (int32_t k = 0; k < left; k++) {
    taken[all[k].cand] = 1;
    bound += all[k].value;
    if (all[k].value > said->worst_in) said->worst_in = all[k].value;
  }
  for (int32_t i = 0; i < of->n; i++) {
    double ui = u[i];
    int32_t served = 0;
    for (int64_t k = of->start[i], end = of->start[i + 1]; k < end && of->cost[k] < ui; k++) served += taken[of->cand[k]];
    slope[i] = 1 - served;
  }
  return bound;
}


typedef struct {
  double *v, *way, *slope, *r; // [n] [n] [n] [m]
  Valued *all;                 // [m + 1]
  uint8_t *taken;              // [m]
} Room;

static void close_room(Room *room) {
  free(room->v), free(room->way), free(room->slope), free(room->r), free(room->all), free(room->taken);
}

static int open_room(Room *room, int32_t n, int32_t m) {
  size_t rows = (size_t)n + 1, columns = (size_t)m + 1;
  room->v = malloc(rows * sizeof(double)), room->way = malloc(rows * sizeof(double));
  room->slope = malloc(rows * sizeof(double)), room->r = malloc(columns * sizeof(double));
  room->all = malloc(columns * sizeof(Valued)), room->taken = malloc(columns);
  if (room->v && room->way && room->slope && room->r && room->all && room->taken) return DONE;
  close_room(room);
  return NO_MEMORY;
}

typedef struct {
  double bound;              // the best found
  double worst_in, best_out; // where the cut between chosen and other FREE candidates lies there
  double pace;               // length of the last steps
} Climbed;

typedef struct {
  int32_t steps, patience; // at most so many; without progress for so many the pace falls
  double pace, fall, momentum;
} Manner;

// Climbs from u [n] (in: where to begin; out: the best found) by at most so many steps, until `enough`.
// Out: reduced [m] and chosen [m] of the best, often [m]: how much each candidate was chosen of late.
static Climbed climb(const Lists *of, int32_t p, const uint8_t *must, double *u, double upper, double enough,
                     Manner manner, double *reduced, double *often, uint8_t *chosen, Room *room) {
  size_t n = (size_t)of->n, m = (size_t)of->m;
  double *v = room->v, *way = room->way, *slope = room->slope;
  double pace = manner.pace;
  Climbed best = {-DBL_MAX, 0, 0, pace};
  memcpy(v, u, n * sizeof *v);
  memset(way, 0, n * sizeof *way);
  int32_t stale = 0;
  for (int32_t step = 0; step < manner.steps; step++) {
    Chosen said;
    double bound = relax(of, p, must, v, room->r, room->all, room->taken, slope, &said);
    if (bound == DBL_MAX) return (Climbed){DBL_MAX, 0, 0, pace};
    for (size_t j = 0; j < m; j++) often[j] = step ? often[j] + 0.05 * (room->taken[j] - often[j]) : room->taken[j];
    if (bound > best.bound) {
      stale = bound > best.bound + 1e-4 * fabs(upper - bound) ? 0 : stale + 1;
      best = (Climbed){bound, said.worst_in, said.best_out, pace};
      memcpy(u, v, n * sizeof *u), memcpy(reduced, room->r, m * sizeof *reduced), memcpy(chosen, room->taken, m);
      if (bound >= enough) break;
    } else
      stale++;
    if (stale >= manner.patience) {
      pace *= manner.fall, stale = 0;
      memcpy(v, u, n * sizeof *v);
      if (pace < 1e-5) break;
    }
    double norm = 0;
    for (size_t i = 0; i < n; i++) way[i] = slope[i] + manner.momentum * way[i], norm += way[i] * way[i];
    if (norm == 0) break;
    double gap = upper - bound;
    double length = pace * (gap > 1e-9 * fabs(upper) ? gap : 1e-9 * fabs(upper)) / norm;
    for (size_t i = 0; i < n; i++) {
      v[i] += length * way[i];
      if (v[i] > of->beyond[i]) v[i] = of->beyond[i];
      if (v[i] < 0) v[i] = 0;
    }
  }
  best.pace = pace;
  return best;
}

API int32_t linli_site_climb(const Lists *of, int32_t p, const uint8_t *must, double *u, double upper, double enough,
                             const Manner *manner, double *reduced, double *often, uint8_t *chosen, Climbed *best) {
  Room room;
  if (open_room(&room, of->n, of->m)) return NO_MEMORY;
  *best = climb(of, p, must, u, upper, enough, *manner, reduced, often, chosen, &room);
  close_room(&room);
  return DONE;
}

// ---- Tree ---------------------------------------------------------------------------------------------------------

// What is left of a problem: the candidates that are FREE, the demands they could serve cheaper than what is OPEN.
typedef struct {
  int32_t n, m, p;
  int64_t *start;
  int32_t *cand;
  double *cost, *beyond, *u;
  int32_t *id; // [m] candidate of the whole problem
  double constant;
} Left;

static void close_left(Left *left) {
  free(left->start), free(left->cand), free(left->cost), free(left->beyond), free(left->u), free(left->id);
}

static Lists lists_of(const Left *left) {
  return (Lists){left->n, left->m, left->start, left->cand, left->cost, left->beyond, NULL, NULL, NULL};
}

static int shrink(const Left *of, const uint8_t *must, Left *to) {
  memset(to, 0, sizeof *to);
  int32_t *number = malloc(((size_t)of->m + 1) * sizeof *number);
  to->id = malloc(((size_t)of->m + 1) * sizeof *to->id);
  to->start = malloc(((size_t)of->n + 1) * sizeof *to->start);
  to->beyond = malloc(((size_t)of->n + 1) * sizeof *to->beyond);
  to->u = malloc(((size_t)of->n + 1) * sizeof *to->u);
  if (!number || !to->id || !to->start || !to->beyond || !to->u) goto no_memory;
  to->p = of->p, to->constant = of->constant;
  for (int32_t j = 0; j < of->m; j++) {
    to->p -= must[j] == OPEN;
    number[j] = must[j] == OPEN ? -2 : must[j] == SHUT ? -1 : to->m;
    if (number[j] >= 0) to->id[to->m++] = of->id[j];
  }
  for (int pass = 0; pass < 2; pass++) {
    int64_t size = 0;
    to->n = 0, to->start[0] = 0;
    double constant = of->constant;
    for (int32_t i = 0; i < of->n; i++) {
      int64_t before = size;
      double beyond = of->beyond[i];
      for (int64_t k = of->start[i]; k < of->start[i + 1] && of->cost[k] < of->beyond[i]; k++) {
        int32_t j = number[of->cand[k]];
        if (j == -2) {
          beyond = of->cost[k];
          break;
        }
        if (j < 0) continue;
        if (pass) to->cand[size] = j, to->cost[size] = of->cost[k];
        size++;
      }
      // Those that cost as much as what is open serve nobody better.
      if (pass) while (size > before && to->cost[size - 1] >= beyond) size--;
      if (size == before) {
        constant += beyond;
        continue;
      }
      if (pass) to->beyond[to->n] = beyond, to->u[to->n] = of->u[i] < beyond ? of->u[i] : beyond;
      to->start[++to->n] = size;
    }
    if (pass) {
      to->constant = constant;
    } else {
      to->cand = malloc((size_t)(size + 1) * sizeof *to->cand);
      to->cost = malloc((size_t)(size + 1) * sizeof *to->cost);
      if (!to->cand || !to->cost) goto no_memory;
    }
  }
  free(number);
  return DONE;
no_memory:
  free(number);
  close_left(to);
  return NO_MEMORY;
}

static double seconds(void) {
  struct timespec now;
  timespec_get(&now, TIME_UTC);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

typedef struct {
  double upper, unit; // the best known total; totals are multiples of unit (0: of nothing)
  double until;
  int64_t nodes, most_nodes;
  int32_t *open; // [p] the best known
  int32_t *stack; // [p] what the branch has opened
  int32_t opened;
  Manner manner; // below the root
  int status;
} Tree;

static double enough_of(const Tree *tree) {
  double slack = 1e-9 * (fabs(tree->upper) + 1);
  return tree->unit > 0 ? tree->upper - tree->unit + 1e-6 * tree->unit + slack : tree->upper - slack;
}

// What a choice of FREE candidates costs.
static double priced(const Left *left, const uint8_t *chosen) {
  double total = left->constant;
  for (int32_t i = 0; i < left->n; i++) {
    double cost = left->beyond[i];
    for (int64_t k = left->start[i]; k < left->start[i + 1]; k++)
      if (chosen[left->cand[k]]) {
        cost = left->cost[k] < cost ? left->cost[k] : cost;
        break;
      }
    total += cost;
  }
  return total;
}

static void keep_if_better(Tree *tree, const Left *left, const uint8_t *chosen) {
  double total = priced(left, chosen);
  if (total >= tree->upper - 1e-9 * (fabs(total) + 1)) return;
  tree->upper = total;
  int32_t count = 0;
  for (; count < tree->opened; count++) tree->open[count] = tree->stack[count];
  for (int32_t j = 0; j < left->m; j++)
    if (chosen[j]) tree->open[count++] = left->id[j];
}

// The least total below a node, or its bound if that is enough to leave it, or time is up.
static double descend_tree(Tree *tree, Left *left, Manner manner) {
  tree->nodes++;
  size_t m = (size_t)left->m + 1;
  double *reduced = malloc(m * sizeof *reduced), *often = malloc(m * sizeof *often);
  uint8_t *chosen = calloc(m, 1), *must = calloc(m, 1);
  int32_t opened = tree->opened;
  double lower = -DBL_MAX;
  Room room;
  if (!reduced || !often || !chosen || !must || open_room(&room, left->n, left->m)) {
    tree->status = NO_MEMORY;
    goto done;
  }
  Lists lists = lists_of(left);
  Climbed best = climb(&lists, left->p, must, left->u, tree->upper - left->constant, enough_of(tree) - left->constant,
                       manner, reduced, often, chosen, &room);
  close_room(&room);
  lower = best.bound == DBL_MAX ? DBL_MAX : best.bound + left->constant;
  if (lower < DBL_MAX) keep_if_better(tree, left, chosen);
  if (lower >= enough_of(tree)) goto done;
  double room_left = enough_of(tree) - lower;
  for (int32_t j = 0; j < left->m; j++) {
    if (!chosen[j] && best.worst_in > -DBL_MAX && reduced[j] - best.worst_in >= room_left) must[j] = SHUT;
    if (chosen[j] && best.best_out < DBL_MAX && best.best_out - reduced[j] >= room_left) must[j] = OPEN;
  }
  if (left->m == left->p || left->p == 0 || left->n == 0) {
    // Nothing is left to choose: the chosen are the answer here, priced above.
    lower = DBL_MAX;
    goto done;
  }
  if (seconds() > tree->until || tree->nodes > tree->most_nodes) {
    tree->status = OUT_OF_TIME;
    goto done;
  }
  // Who is chosen half of the time, and counts for much.
  int32_t branch = -1;
  double most = -1;
  for (int32_t j = 0; j < left->m; j++) {
    if (must[j] != FREE) continue;
    double half = often[j] < 0.5 ? often[j] : 1 - often[j];
    double weight = (0.01 + half) * (0.01 * room_left - reduced[j]);
    if (weight > most) most = weight, branch = j;
  }
  double least = DBL_MAX;
  for (int side = 0; side < 2 && tree->status != NO_MEMORY; side++) {
    if (branch < 0 && side) break; // all is fixed: one way is left
    if (tree->status == OUT_OF_TIME) {
      least = lower < least ? lower : least;
      break;
    }
    if (branch >= 0) must[branch] = side ? SHUT : OPEN;
    tree->opened = opened;
    for (int32_t j = 0; j < left->m; j++)
      if (must[j] == OPEN) tree->stack[tree->opened++] = left->id[j];
    Left below;
    if (shrink(left, must, &below)) {
      tree->status = NO_MEMORY;
      break;
    }
    if (below.p >= 0 && below.m >= below.p) {
      double found = descend_tree(tree, &below, tree->manner);
      found = found > lower ? found : lower;
      least = found < least ? found : least;
    }
    close_left(&below);
  }
  lower = least;
done:
  tree->opened = opened;
  free(reduced), free(often), free(chosen), free(must);
  return lower;
}

// Decides what the bound leaves open. In: open [p] and upper, the best known; out: better ones if there are any, and the
// bound that is proven, which is `upper` where all was decided in time.
API int32_t linli_site_tree(const Lists *of, int32_t p, const uint8_t *must, const double *u, double unit, double limit_s,
                            int64_t most_nodes, const Manner *first, const Manner *manner, int32_t *open, double *upper,
                            double *lower, int64_t *nodes) {
  int32_t *id = malloc(((size_t)of->m + 1) * sizeof *id), *stack = malloc(((size_t)p + 1) * sizeof *stack);
  double *v = malloc(((size_t)of->n + 1) * sizeof *v);
  Tree tree = {*upper, unit, seconds() + limit_s, 0, most_nodes, open, stack, 0, *manner, DONE};
  Left whole = {of->n, of->m, p, (int64_t *)of->start, (int32_t *)of->cand, (double *)of->cost, (double *)of->beyond, v, id, 0}, left;
  if (!id || !stack || !v) tree.status = NO_MEMORY;
  else {
    memcpy(v, u, (size_t)of->n * sizeof *v);
    for (int32_t j = 0; j < of->m; j++) {
      id[j] = j;
      if (must[j] == OPEN) stack[tree.opened++] = j;
    }
    if (shrink(&whole, must, &left)) tree.status = NO_MEMORY;
    else {
      *lower = descend_tree(&tree, &left, *first);
      close_left(&left);
    }
  }
  if (tree.status != NO_MEMORY) {
    *upper = tree.upper;
    if (*lower >= enough_of(&tree)) *lower = tree.upper;
    *nodes = tree.nodes;
  }
  free(id), free(stack), free(v);
  return tree.status;
}
