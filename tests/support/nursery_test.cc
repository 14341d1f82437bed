#include "support/nursery.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include "support/subprocess.h"
#include "temporary_folder.h"

namespace graphwitness {
namespace {

using End = SubprocessOutcome::End;
using std::chrono::milliseconds;

SubprocessCommand misbehave(std::vector<std::string> arguments) {
  return {.program = GRAPHWITNESS_MISBEHAVE, .arguments = std::move(arguments), .timeout = milliseconds(20'000)};
}

std::string given(std::vector<std::string> arguments) {
  return std::string(run_subprocess(misbehave(std::move(arguments))).result.bytes());
}

}  // namespace

TEST_CASE("a copy does what the program does, one after the other and side by side") {
  const Nursery nursery(GRAPHWITNESS_MISBEHAVE);
  Nursery::announce_several(GRAPHWITNESS_MISBEHAVE);
  CHECK(given({"give", "forty-two"}) == "forty-two");
  CHECK(given({"give", ""}).empty());
  CHECK(given({"give", std::string(30'000, 'y')}) == std::string(30'000, 'y'));
  CHECK(run_subprocess(misbehave({"exit", "7"})).code == 7);
  CHECK(run_subprocess(misbehave({"say"})).output == "to the one\n, to the other\n");
  CHECK(given({"read input"}) == "end of file");
  CHECK(given({"parent"}) == std::to_string(getpid()));
  Subprocess one(misbehave({"give slowly", "one"}));
  Subprocess other(misbehave({"give slowly", "other"}));
  while (!one.advance() || !other.advance()) wait_for_any({&one, &other});
  CHECK(one.take_outcome().result.bytes() == "one");
  CHECK(other.take_outcome().result.bytes() == "other");
}

TEST_CASE("one worker is started as ever, from the second on they are copies") {
  CHECK(given({"origin"}) == "started");
  const Nursery nursery(GRAPHWITNESS_MISBEHAVE);
  CHECK(given({"origin"}) == "started");
  CHECK(given({"origin"}) == "copied");
  CHECK(given({"origin"}) == "copied");
}

TEST_CASE("where several are announced, the first is a copy, too") {
  Nursery::announce_several(GRAPHWITNESS_MISBEHAVE);  // none lives
  CHECK(given({"origin"}) == "started");
  const Nursery nursery(GRAPHWITNESS_MISBEHAVE);
  Nursery::announce_several(GRAPHWITNESS_MISBEHAVE);
  CHECK(given({"origin"}) == "copied");
}

TEST_CASE("a copy has its own bounds and ends, and inherits nothing") {
  const Nursery nursery(GRAPHWITNESS_MISBEHAVE);
  Nursery::announce_several(GRAPHWITNESS_MISBEHAVE);
  const FileHandle leaked(open("/dev/null", O_RDONLY));
  CHECK(given({"descriptors"}).empty());
  SubprocessCommand hangs = misbehave({"hang twice"});
  hangs.timeout = milliseconds(300);
  CHECK(run_subprocess(hangs).end == End::timed_out);
  SubprocessCommand eats = misbehave({"memory"});
  eats.memory_limit = 300U << 20U;
  CHECK(run_subprocess(eats).end == End::out_of_memory);
  SubprocessCommand floods = misbehave({"flood"});
  floods.result_limit = 8U << 20U;
  CHECK(run_subprocess(floods).end == End::result_too_big);
  floods.result_limit = 2U << 20U;
  CHECK(run_subprocess(floods).end == End::result_too_big);
  CHECK(run_subprocess(misbehave({"abort"})).code == SIGABRT);
  // After all that it still gives copies.
  CHECK(given({"give", "still"}) == "still");
}

TEST_CASE("a copy can lock itself in") {
  const Nursery nursery(GRAPHWITNESS_MISBEHAVE);
  Nursery::announce_several(GRAPHWITNESS_MISBEHAVE);
  const TemporaryFolder folder;
  CHECK(given({"escape", folder.path().string()}).empty());
}

TEST_CASE("without a nursery that works, programs are started") {
  {
    const Nursery nursery("/nowhere/worker");
    Nursery::announce_several("/nowhere/worker");
    CHECK(given({"give", "forty-two"}) == "forty-two");
    CHECK(run_subprocess({.program = "/nowhere/worker", .arguments = {}}).end == End::not_started);
  }
  {
    // It takes the word for something else, and ends.
    const Nursery nursery("/bin/echo");
    Nursery::announce_several("/bin/echo");
    CHECK(run_subprocess({.program = "/bin/echo", .arguments = {"hello"}}).output == "hello\n");
  }
  const Nursery nursery(GRAPHWITNESS_MISBEHAVE);
  Nursery::announce_several(GRAPHWITNESS_MISBEHAVE);
  const std::string too_long(100'000, 'y');
  CHECK(given({"give", too_long}) == too_long);
  CHECK(given({"give", "short"}) == "short");
}

}  // namespace graphwitness
