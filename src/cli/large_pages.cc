/// Large tables on large pages, for the whole program.
///
/// A graph of a million nodes lies in tables of tens of megabytes that are read in no order, so that on pages of 4 KiB
/// the processor spends half of its time on finding where they are (`bench/table.py`; all the more inside of a virtual
/// machine, where every page is looked up twice). Many systems give large pages only to memory that asks for them, and
/// vectors get theirs from `operator new`, which a program may replace. Sanitizers have an allocator of their own.

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <new>

namespace {

constexpr std::size_t kLargePage = std::size_t{2} << 20U;

void* allocate(std::size_t size) {
  if (size < kLargePage) return std::malloc(size == 0 ? 1 : size);
  if (size > SIZE_MAX - kLargePage) return nullptr;
  const std::size_t whole = (size + kLargePage - 1) / kLargePage * kLargePage;
  void* const memory = std::aligned_alloc(kLargePage, whole);
  if (memory != nullptr) madvise(memory, whole, MADV_HUGEPAGE);  // a wish; the memory is as good without
  return memory;
}

}  // namespace

// What the library has for deleting gives back with `free`, whatever it is.
void* operator new(std::size_t size) {
  for (;;) {
    if (void* const memory = allocate(size)) return memory;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc();
    handler();
  }
}
