#include "support/subprocess.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <string>
#include <vector>

namespace graphwitness {
namespace {

using End = SubprocessOutcome::End;
using std::chrono::milliseconds;

SubprocessCommand misbehave(std::vector<std::string> arguments) {
  return {.program = GRAPHWITNESS_MISBEHAVE, .arguments = std::move(arguments), .timeout = milliseconds(20'000)};
}

milliseconds took(const auto& action) {
  const auto start = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - start);
}

}  // namespace

TEST_CASE("a worker's result, status and words come back") {
  SubprocessOutcome given = run_subprocess(misbehave({"give", "forty-two"}));
  CHECK(given.end == End::exited);
  CHECK(given.code == 0);
  CHECK(given.result.bytes() == "forty-two");

  CHECK(run_subprocess(misbehave({"exit", "7"})).code == 7);
  CHECK(run_subprocess(misbehave({"say"})).output == "to the one\n, to the other\n");
  CHECK(run_subprocess(misbehave({"read input"})).result.bytes() == "end of file");
}

TEST_CASE("a large result comes back whole") {
  const std::string large(100'000, 'y');
  CHECK(run_subprocess(misbehave({"give", large})).result.bytes() == large);
}

TEST_CASE("a worker inherits no descriptor of its parent") {
  const FileHandle leaked(open("/dev/null", O_RDONLY));
  CHECK(run_subprocess(misbehave({"descriptors"})).result.bytes().empty());
}

TEST_CASE("a worker that a signal ends is told by the signal") {
  const SubprocessOutcome aborted = run_subprocess(misbehave({"abort"}));
  CHECK(aborted.end == End::signalled);
  CHECK(aborted.code == SIGABRT);
  const SubprocessOutcome killed = run_subprocess(misbehave({"signal", std::to_string(SIGKILL)}));
  CHECK(killed.end == End::signalled);
  CHECK(killed.code == SIGKILL);
}

TEST_CASE("a program that is not there is told as such") {
  const SubprocessOutcome outcome = run_subprocess({.program = "/nowhere/worker", .arguments = {}});
  CHECK(outcome.end == End::not_started);
  CHECK(outcome.code == ENOENT);
}

TEST_CASE("a worker that hangs is ended in time, its children too") {
  SubprocessCommand command = misbehave({"hang twice"});
  command.timeout = milliseconds(300);
  SubprocessOutcome outcome;
  CHECK(took([&] { outcome = run_subprocess(command); }) < milliseconds(3000));
  CHECK(outcome.end == End::timed_out);
  const pid_t group = std::stoi(std::string(outcome.result.bytes()));
  // A killed child is gone once its new parent has waited for it, which takes a moment.
  for (int look = 0; look < 100 && kill(-group, 0) == 0; ++look) usleep(20'000);
  CHECK(kill(-group, 0) == -1);
  CHECK(errno == ESRCH);
}

TEST_CASE("a worker that eats memory is stopped at its limit") {
  SubprocessCommand command = misbehave({"memory"});
  command.memory_limit = 300U << 20U;
  CHECK(run_subprocess(command).end == End::out_of_memory);
}

TEST_CASE("a worker that never stops talking neither fills memory nor outlives its time") {
  SubprocessCommand command = misbehave({"talk"});
  command.timeout = milliseconds(500);
  const SubprocessOutcome outcome = run_subprocess(command);
  CHECK(outcome.end == End::timed_out);
  CHECK(outcome.output.size() == command.output_limit);
  CHECK(outcome.output_cut);
}

TEST_CASE("a result beyond its bound ends the worker") {
  SubprocessCommand command = misbehave({"flood"});
  command.result_limit = 8U << 20U;
  const SubprocessOutcome outcome = run_subprocess(command);
  CHECK(outcome.end == End::result_too_big);
  CHECK(outcome.result.bytes().size() <= command.result_limit);
}

TEST_CASE("a worker that ended while nobody looked has not timed out") {
  SubprocessCommand command = misbehave({"give", "early"});
  command.timeout = milliseconds(400);
  Subprocess process(command);
  usleep(600'000);
  REQUIRE(process.advance());
  const SubprocessOutcome outcome = process.take_outcome();
  CHECK(outcome.end == End::exited);
  CHECK(outcome.result.bytes() == "early");
}

TEST_CASE("workers run side by side") {
  std::vector<std::unique_ptr<Subprocess>> running;
  const milliseconds all = took([&] {
    std::vector<Subprocess*> waiting;
    for (int i = 0; i < 5; ++i) {
      running.push_back(std::make_unique<Subprocess>(misbehave({"give slowly", std::to_string(i)})));
      waiting.push_back(running.back().get());
    }
    while (!waiting.empty()) {
      wait_for_any(waiting);
      std::erase_if(waiting, [](Subprocess* process) { return process->advance(); });
    }
  });
  CHECK(all < milliseconds(1200));
  for (std::size_t i = 0; i < running.size(); ++i) {
    CHECK(running[i]->take_outcome().result.bytes() == std::to_string(i));
  }
}

TEST_CASE("a worker that nobody waits for any more is killed") {
  const milliseconds time = took([] { Subprocess process(misbehave({"hang"})); });
  CHECK(time < milliseconds(1000));
}

}  // namespace graphwitness
