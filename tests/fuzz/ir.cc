/// IR text. What can be read prints as text that reads back and prints the same.
#include <cstdlib>

#include "graphwitness/ir/text.h"
#include "graphwitness/support/error.h"
#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace graphwitness;
  try {
    const std::string once = print(read_ir(fuzz::text_of(data, size)).graph);
    if (print(read_ir(once).graph) != once) std::abort();
  } catch (const InputError&) {
    return 0;  // one clear line is what bad input gets
  }
  return 0;
}
