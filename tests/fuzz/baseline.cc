/// A baseline. What can be read is written so that it reads back and writes the same.
#include "gate/baseline.h"

#include <cstdlib>

#include "graphwitness/support/error.h"
#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace graphwitness;
  try {
    const gate::Baseline baseline = gate::parse_baseline(fuzz::text_of(data, size), "fuzz.json");
    const std::string once = gate::to_text(baseline);
    if (gate::to_text(gate::parse_baseline(once, "fuzz.json")) != once) std::abort();
  } catch (const InputError&) {
    return 0;  // one clear line is what bad input gets
  }
  return 0;
}
