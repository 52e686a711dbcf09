// The kernels and their emulator as one library: run() is cuLaunchKernel, and returns when all blocks have.
#define KERNELS_ON_CPU
#include "kernels.cu"
#include <mutex>
#include <ucontext.h>
#include <vector>

Place place;
alignas(64) float shared[16 * 1024];

namespace {

struct Fiber {
    ucontext_t context;
    std::vector<char> stack;
    bool done;
};

// A barrier of some of a block's threads: who has come, and how often all have.
struct Meeting {
    int count = 0, round = 0;
};

std::vector<Fiber> fibers;
ucontext_t scheduler;
int current, alive;
Meeting block_meeting;
Meeting warp_meetings[64];
float exchanged[2][2048];
int exchanges[2048];
void (*body)(void **);
void **body_arguments;
std::mutex turn; // one kernel at a time

void pause() { swapcontext(&fibers[current].context, &scheduler); }

void meet(Meeting &meeting, int members)
{
    int round = meeting.round;
    if (++meeting.count == members) {
        meeting.count = 0;
        meeting.round++;
        return;
    }

    while (meeting.round == round)
        pause();
}

void start()
{
    body(body_arguments);
    fibers[current].done = true;
    alive--;
}

template<class... A, size_t... I> void call(void (*kernel)(A...), void **arguments, std::index_sequence<I...>)
{
    kernel(*(A *)arguments[I]...);
}

template<auto kernel> struct Caller;
template<class... A, void (*kernel)(A...)> struct Caller<kernel> {
    static void run(void **arguments) { call(kernel, arguments, std::index_sequence_for<A...>()); }
};

#define ENTRY(name) { #name, &Caller<&name>::run }
#define ENTRIES(type) \
ENTRY(add_moments_##type), ENTRY(group_norm_##type), ENTRY(add_layer_norm_1_##type), ENTRY(add_layer_norm_2_##type), \
ENTRY(add_layer_norm_3_##type), ENTRY(add_layer_norm_4_##type), ENTRY(add_layer_norm_wide_##type)

const struct { const char *name; void (*run)(void **); } entries[] = {
    ENTRIES(float32), ENTRIES(bfloat16), ENTRIES(float16),
    ENTRY(winograd_weights_float32), ENTRY(winograd_pixels_float32), ENTRY(winograd_results_float32),
    ENTRY(split_rows_float32), ENTRY(split_weights_float32),
};

}

void barrier() { meet(block_meeting, place.threads); }

// Two buffers in turn, so that no lane can overwrite what another has yet to read.
float other_lane(float value, int mask)
{
    int thread = place.thread, warp = thread / 32, turn = exchanges[thread]++ & 1;
    exchanged[turn][thread] = value;
    meet(warp_meetings[warp], 32);
    return exchanged[turn][thread ^ mask];
}

extern "C" int run(const char *name, int grid_x, int grid_y, int threads, int shared_bytes, void **arguments)
{
    std::lock_guard mine(turn);
    body = nullptr;
    for (auto &entry : entries)
        if (!std::strcmp(entry.name, name))
            body = entry.run;
    if (!body)
        return 500; // CUDA_ERROR_NOT_FOUND
    if (shared_bytes > 48 * 1024 || threads > 1024 || threads % 32 || grid_y > 65535 || grid_x < 1 || grid_y < 1)
        return 1; // CUDA_ERROR_INVALID_VALUE
    body_arguments = arguments;
    fibers.resize(threads);
    for (auto &fiber : fibers)
        fiber.stack.resize(64 * 1024);
    for (int y = 0; y < grid_y; y++)
        for (int x = 0; x < grid_x; x++) {
            // What a kernel reads before it writes there is nothing that it may count on; beyond its share it must not write.
            for (auto &value : shared)
                value = NAN;
            block_meeting = {};
            for (auto &meeting : warp_meetings)
                meeting = {};
            std::memset(exchanges, 0, sizeof exchanges);
            alive = threads;
            for (auto &fiber : fibers) {
                fiber.done = false;
                getcontext(&fiber.context);
                fiber.context.uc_stack.ss_sp = fiber.stack.data();
                fiber.context.uc_stack.ss_size = fiber.stack.size();
                fiber.context.uc_link = &scheduler;
                makecontext(&fiber.context, start, 0);
            }

            while (alive > 0)
                for (current = 0; current < threads; current++)
                    if (!fibers[current].done) {
                        place = { current, threads, x, grid_x, y, grid_y };
                        swapcontext(&scheduler, &fibers[current].context);
                    }

            for (int i = shared_bytes / 4; i < 16 * 1024; i++)
                if (!std::isnan(shared[i]))
                    return 700; // CUDA_ERROR_ILLEGAL_ADDRESS
        }

    return 0;
}
