#include "exec/inputs/specification.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "exec/compare/elements.h"
#include "exec/half.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

Value made(const char* text, std::uint64_t seed = 0) {
  Random random(seed);
  return generate(parse_input(text), random);
}

std::string refusal(const char* text) {
  try {
    parse_input(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

bool says(const char* text, const char* part) { return refusal(text).find(part) != std::string::npos; }

}  // namespace

TEST_CASE("tensors with and without a name, a range, sizes") {
  const InputSpecification named = parse_input("x.y=float32[2, 3,4]");
  CHECK(named.name == "x.y");
  CHECK(named.dtype == DType::f32);
  CHECK(named.sizes == std::vector<std::int64_t>{2, 3, 4});
  CHECK(parse_input("float64[]").sizes.empty());
  CHECK(parse_input("float64[]").name.empty());
  CHECK(parse_input("ids=int64[1,14]:0..30521").range->high_integer == 30521);
  CHECK(needs_range(parse_input("ids=int64[1,14]")));
  CHECK_FALSE(needs_range(parse_input("ids=int64[1,14]:0..9")));
  CHECK_FALSE(needs_range(parse_input("n=3")));
  CHECK(parse_input("x=half[1]:-1..1").range->low == -1);
}

TEST_CASE("plain arguments") {
  CHECK(parse_input("n=3").scalar.integer == 3);
  CHECK(parse_input("n=3").scalar.kind == Value::Kind::integer);
  CHECK(parse_input("x=-2.5e1").scalar.real == -25);
  CHECK(parse_input("flag=true").scalar.kind == Value::Kind::boolean);
  CHECK(parse_input("mode=\"a=b[\"").scalar.text == "a=b[");
  CHECK(parse_input("mode=\"a=b[\"").name == "mode");
  CHECK(parse_input("m=None").scalar.kind == Value::Kind::none);
}

TEST_CASE("what is wrong is said, and what was expected") {
  CHECK(says("x=float33[2]", "unknown type `float33`"));
  CHECK(says("x=float32", "no tensor type"));
  CHECK(says("x=float32[2,-1]", "size `-1`"));
  CHECK(says("x=float32[a]", "size `a`"));
  CHECK(says("x=int8[3]:0..128", "beyond -128..127"));
  CHECK(says("x=uint8[3]:-1..5", "beyond 0..255"));
  CHECK(says("x=float32[3]:1..0", "two numbers in order"));
  CHECK(says("x=float32[3]:0", "LOW..HIGH"));
  CHECK(says("x=float32[3]x", "ends in `x`"));
  CHECK(says("x=bool[3]:0..1", "range"));
  CHECK(says("=float32[3]", "no name"));
  CHECK(says("x=float32[100000,100000]", "more than 4 GiB"));
  CHECK(says("x=float32[4611686018427387904,4611686018427387904]", "more than 4 GiB"));
  CHECK(says("", "expected NAME=TYPE[SIZES]"));
}

TEST_CASE("numbers lie in the range, and the seed decides them") {
  const Value ids = made("int16[1000]:-3..3");
  CHECK(ids.tensor.bytes.size() == 2000);
  bool low = false;
  bool high = false;
  for (std::size_t i = 0; i < 1000; ++i) {
    const double value = element(ids.tensor, i);
    CHECK(std::abs(value) <= 3);
    low = low || value == -3;
    high = high || value == 3;
  }
  CHECK(low);
  CHECK(high);
  for (const char* type : {"float16[50]:2..3", "bfloat16[50]:2..3", "float32[50]:2..3", "float64[50]:2..3"}) {
    const Value value = made(type);
    for (std::size_t i = 0; i < 50; ++i) {
      CHECK(element(value.tensor, i) >= 2);
      CHECK(element(value.tensor, i) <= 3);
    }
  }
  CHECK(made("float32[8]").tensor == made("float32[8]").tensor);
  CHECK(made("float32[8]").tensor != made("float32[8]", 1).tensor);
  CHECK(imaginary_element(made("complex64[2]").tensor, 1) != 0);
}

TEST_CASE("16 bit floats round to nearest and to even") {
  CHECK(half_of(1.0F) == 0x3C00);
  CHECK(half_of(1.0F + 0x1p-11F) == 0x3C00);      // a tie, to even
  CHECK(half_of(1.0F + 3 * 0x1p-11F) == 0x3C02);  // a tie, to even
  CHECK(half_of(65520.0F) == 0x7C00);
  CHECK(half_of(65519.0F) == 0x7BFF);
  CHECK(half_of(-0x1p-24F) == 0x8001);
  CHECK(half_of(0x1p-26F) == 0);
  CHECK(bfloat16_of(1.0F) == 0x3F80);
  CHECK(bfloat16_of(std::numeric_limits<float>::infinity()) == 0x7F80);
  CHECK(std::isnan(bfloat16_to_float(bfloat16_of(std::numeric_limits<float>::quiet_NaN()))));
  CHECK(std::isnan(half_to_float(half_of(std::numeric_limits<float>::quiet_NaN()))));
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = half_to_float(half);
    if (!std::isnan(value)) REQUIRE(half_of(value) == half);
  }
}

}  // namespace graphwitness::exec
