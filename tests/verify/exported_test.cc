#include "verify/exported.h"

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <vector>

namespace graphwitness::verify {
namespace {

exec::SampleResult giving(const std::vector<float>& numbers) {
  exec::Tensor tensor{.dtype = DType::f32, .sizes = {static_cast<std::int64_t>(numbers.size())}};
  tensor.bytes.resize(numbers.size() * sizeof(float));
  std::memcpy(tensor.bytes.data(), numbers.data(), tensor.bytes.size());
  exec::SampleResult result;
  result.output = exec::Value::of(std::move(tensor));
  return result;
}

exec::SampleResult raising() {
  exec::SampleResult result;
  result.raised = "RuntimeError: no";
  return result;
}

std::string blamed(const ChainResult& result) {
  const auto found = blame(result);
  return found ? found->step : "";
}

}  // namespace

TEST_CASE("the first step after which the outputs differ is to blame") {
  const auto one = giving({1, 2});
  const auto other = giving({1, 3});
  CHECK(blamed({one, one, one, one}).empty());
  CHECK(blamed({one, other, other, other}) == "capture");
  CHECK(blamed({one, other, one, one}) == "capture");
  CHECK(blamed({one, one, other, other}) == "export");
  CHECK(blamed({one, one, one, other}) == "runtime");
  CHECK(blamed({one, one, giving({1, 2, 3}), other}) == "export");
}

TEST_CASE("what raises where the script does not is to blame; where the script raises, nothing is") {
  const auto one = giving({1, 2});
  CHECK(blamed({one, raising(), one, one}) == "capture");
  CHECK(blamed({one, one, raising(), raising()}) == "export");
  CHECK(blamed({one, one, one, raising()}) == "runtime");
  CHECK(blamed({raising(), one, one, one}).empty());
}

TEST_CASE("what may be rounding is no difference, also beside large numbers") {
  CHECK(blamed({giving({1}), giving({1}), giving({1.00001F}), giving({1})}).empty());
  CHECK(blamed({giving({1e6F, 0}), giving({1e6F, 0}), giving({1e6F, 1}), giving({1e6F, 0})}).empty());
  CHECK(blamed({giving({1e6F, 0}), giving({1e6F, 0}), giving({1e6F, 1000}), giving({1e6F, 0})}) == "export");
}

}  // namespace graphwitness::verify
