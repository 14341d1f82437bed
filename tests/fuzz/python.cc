/// Python source, as far as comments that silence findings are looked for in it.
#include "gate/ignore_comment.h"
#include "graphwitness/support/error.h"
#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace graphwitness;
  try {
    gate::ignore_comments(fuzz::text_of(data, size));
  } catch (const InputError&) {
    return 0;  // one clear line is what bad input gets
  }
  return 0;
}
