#include "exec/compare/weakness.h"

#include <doctest/doctest.h>

#include "exec/values.h"

namespace graphwitness::exec {
namespace {

std::vector<std::string> warnings(std::initializer_list<Value> outputs, bool inputs_vary = true) {
  Weakness weakness({});
  for (const Value& output : outputs) weakness.add(SampleResult{.output = output});
  return weakness.warnings(inputs_vary);
}

bool one_about(const std::vector<std::string>& warnings, const char* part) {
  return warnings.size() == 1 && warnings[0].find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("healthy outputs give no warning") {
  CHECK(warnings({floats({1, 2}), floats({2, 1})}).empty());
  CHECK(warnings({floats({1, 2})}).empty());
  CHECK(warnings({floats({1, 2}), floats({1, 2})}, false).empty());
}

TEST_CASE("outputs within the tolerance of zero, the same for all inputs, the same in all elements, and empty") {
  CHECK(one_about(warnings({floats({1e-6F, -2e-6F}), floats({2e-6F, 0})}), "within the tolerance of zero"));
  CHECK(one_about(warnings({floats({1, 2}), floats({1, 2.000001F})}), "the same for all 2 samples"));
  CHECK(one_about(warnings({floats({1, 1}), floats({2, 2})}), "all elements of output `0` are the same"));
  CHECK(one_about(warnings({floats({})}), "no elements"));
}

TEST_CASE("each output is looked at by its name") {
  const auto output = [](float x) { return Value::dict({text("a"), floats({x, 2}), text("b"), floats({5, 6})}); };
  CHECK(one_about(warnings({output(1), output(3)}), "output `b`"));
}

}  // namespace graphwitness::exec
