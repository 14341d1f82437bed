/// Python source: the tree, what a recording loses of each of its functions, and the comments that silence findings.
#include "gate/ignore_comment.h"
#include "graphwitness/support/error.h"
#include "input.h"
#include "python/globals.h"
#include "python/losses.h"
#include "python/syntax.h"

namespace graphwitness {
namespace {

/// As if the trace had been in every function, and had recorded something on every line.
std::vector<python::Visit> everywhere(const python::Module& module) {
  std::vector<python::Visit> visits;
  for (std::uint32_t i = 0; i < module.functions.size(); ++i) {
    const python::Function& function = module.functions[i];
    python::Visit visit{.function = i, .lines = {}};
    for (std::uint32_t line = function.line; line <= function.end_line; ++line) visit.lines.insert(line);
    visits.push_back(std::move(visit));
  }
  return visits;
}

}  // namespace
}  // namespace graphwitness

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace graphwitness;
  const std::string_view text = fuzz::text_of(data, size);
  const python::Module module = python::parse(text);
  python::changed_globals(module);
  python::find_losses(module, everywhere(module));
  try {
    gate::ignore_comments(text);
  } catch (const InputError&) {
    return 0;  // one clear line is what bad input gets
  }
  return 0;
}
