#include "exec/wire.h"

#include <doctest/doctest.h>

#include "exec/messages.h"
#include "exec/values.h"
#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

std::string bytes_of(const Value& value) {
  std::string bytes;
  encode(value, bytes);
  return bytes;
}

Value one_of_each() {
  Value complex{.kind = Value::Kind::complex, .real = 1, .imaginary = -2};
  return Value::tuple({{},
                       Value::of(true),
                       integer(-3),
                       Value::of(0.5),
                       complex,
                       text("a\0b"),
                       floats({1, 2, 3}),
                       Value::list({integer(1), text("x")}),
                       Value::dict({text("k"), tensor_of<std::int64_t>(DType::i64, {0, 5}, {})}),
                       {.kind = Value::Kind::opaque, .text = "cuda:0"}});
}

}  // namespace

TEST_CASE("a value of every kind comes back as it went") {
  const std::string bytes = bytes_of(one_of_each());
  std::string_view rest = bytes;
  const Value back = decode(rest);
  CHECK(rest.empty());
  CHECK(bytes_of(back) == bytes);
  CHECK(back.items[6].tensor.sizes == std::vector<std::int64_t>{3});
  CHECK(back.items[4].imaginary == -2);
}

TEST_CASE("bytes that end too early are refused wherever they end") {
  const std::string bytes = bytes_of(one_of_each());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::string_view rest(bytes.data(), size);
    CHECK_THROWS_AS(decode(rest), InputError);
  }
}

TEST_CASE("any changed byte gives a value or an error, and memory stays bounded by what is there") {
  const std::string good = bytes_of(one_of_each());
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char byte : {'\0', '\1', '\x7F', '\xFF'}) {
      std::string bad = good;
      bad[at] = byte;
      std::string_view rest = bad;
      try {
        decode(rest);
      } catch (const InputError&) {
        continue;
      }
    }
  }
}

TEST_CASE("a tensor whose sizes overflow, and a value without end, are refused") {
  std::string huge = bytes_of(tensor_of<float>(DType::f32, {1, 1, 1}, {1.F}));
  for (std::size_t at = 10; at < 34; ++at) huge[at] = at % 8 == 1 ? '\x40' : '\0';
  std::string_view rest = huge;
  CHECK_THROWS_AS(decode(rest), InputError);

  Value deep = integer(1);
  for (int i = 0; i <= kDeepestValue; ++i) deep = Value::list({deep});
  const std::string bytes = bytes_of(deep);
  rest = bytes;
  CHECK_THROWS_AS(decode(rest), InputError);
}

TEST_CASE("frames that are not there in full are not taken") {
  const std::string two = frame("one") + frame("two");
  std::string_view rest = std::string_view(two).substr(0, two.size() - 1);
  std::string_view content;
  CHECK(take_frame(rest, content));
  CHECK(content == "one");
  CHECK_FALSE(take_frame(rest, content));
}

TEST_CASE("requests and answers come back as they went") {
  const RunRequest request{.method = "score",
                           .threads = 2,
                           .samples = {{.seed = 7, .arguments = {{"x", floats({1})}, {"", integer(3)}}}, {.seed = 8}}};
  const RunRequest back = decode_request(encode_request(request));
  CHECK(back.method == "score");
  REQUIRE(back.samples.size() == 2);
  CHECK(back.samples[0].arguments[0].name == "x");
  CHECK(back.samples[0].arguments[1].value.integer == 3);
  CHECK(back.samples[1].seed == 8);

  RunAnswer raised;
  raised.kind = RunAnswer::Kind::result;
  raised.result.raised = "ValueError: no";
  CHECK(decode_answer(encode_answer(raised)).result.raised == "ValueError: no");
  RunAnswer changed;
  changed.kind = RunAnswer::Kind::result;
  changed.result.output = integer(1);
  changed.result.changed_arguments = Value::tuple({integer(2)});
  const SampleResult result = decode_answer(encode_answer(changed)).result;
  CHECK_FALSE(result.raised);
  CHECK(result.changed_arguments->items[0].integer == 2);
  CHECK_THROWS_AS(decode_answer(bytes_of(integer(1))), InputError);
}

}  // namespace graphwitness::exec
