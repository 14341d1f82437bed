#include "verify/search.h"

#include <algorithm>
#include <string_view>
#include <thread>
#include <utility>

#include "exec/wire.h"
#include "exec/worker_commands.h"
#include "exec/worker_end.h"
#include "graphwitness/support/error.h"
#include "support/file_handle.h"
#include "support/program_files.h"
#include "support/subprocess.h"
#include "verify/messages.h"

namespace graphwitness::verify {
namespace {

/// For LibTorch's start, loading, and the operation that is running when the time is up.
constexpr std::chrono::milliseconds kGrace{30'000};

SubprocessCommand command_for(std::string name, const FileHandle& task, const exec::WorkerLimits& limits,
                              std::chrono::milliseconds needed) {
  SubprocessCommand command = exec::worker_command(torch_worker_program(), {std::move(name)}, limits, 1);
  command.input = task.get();
  if (needed.count() != 0 && (command.timeout.count() == 0 || needed < command.timeout)) command.timeout = needed;
  return command;
}

Task task_of(const SearchRequest& request) {
  return {.request = request,
          .threads = std::max<std::int64_t>(1, static_cast<std::int64_t>(std::thread::hardware_concurrency()))};
}

bool ended_well(const SubprocessOutcome& outcome) {
  return outcome.end == SubprocessOutcome::End::exited && outcome.code == 0;
}

void take(SearchOutcome& outcome, Answer answer) {
  if (auto* found = std::get_if<WitnessAnswer>(&answer)) {
    (found->other_shapes ? outcome.other_shapes : outcome.same_shapes) = std::move(found->witness);
  } else if (auto* report = std::get_if<Report>(&answer)) {
    outcome.example_differs = report->example_differs;
    outcome.decisions = std::move(report->decisions);
    outcome.evaluations = report->evaluations;
    outcome.reasons = std::move(report->reasons);
    outcome.probes = std::move(report->probes);
    outcome.cause = std::move(report->cause);
  } else if (const auto* refusal = std::get_if<Refusal>(&answer)) {
    outcome.error = refusal->text;
  } else if (const auto* progress = std::get_if<SearchProgress>(&answer)) {
    outcome.evaluations = progress->evaluations;
  }
}

/// Shows what the worker says of its progress while it runs.
class Watcher {
 public:
  Watcher(const std::function<void(const SearchProgress&)>& progress) : progress_(progress) {}

  void look(const Subprocess& worker) {
    if (!progress_) return;
    unread_ += worker.result_from(seen_);
    std::string_view rest = unread_;
    std::string_view content;
    std::optional<SearchProgress> last;
    while (exec::take_frame(rest, content)) {
      const Answer answer = decode_answer(content);
      if (const auto* progress = std::get_if<SearchProgress>(&answer)) last = *progress;
    }
    seen_ += unread_.size() - rest.size();
    unread_.clear();
    if (last) progress_(*last);
  }

 private:
  const std::function<void(const SearchProgress&)>& progress_;
  std::size_t seen_ = 0;
  std::string unread_;
};

SubprocessOutcome run_watched(const SubprocessCommand& command,
                              const std::function<void(const SearchProgress&)>& progress) {
  Subprocess worker(command);
  Watcher watcher(progress);
  while (!worker.advance()) {
    watcher.look(worker);
    wait_for_any({&worker});
  }
  return worker.take_outcome();
}

}  // namespace

std::string_view name_of(DecisionKind kind) {
  switch (kind) {
    case DecisionKind::branch:
      return "branch";
    case DecisionKind::loop:
      return "loop";
    case DecisionKind::number:
      break;
  }
  return "number";
}

SearchOutcome search(const SearchRequest& request, const exec::WorkerLimits& limits,
                     const std::function<void(const SearchProgress&)>& progress) {
  SearchOutcome outcome;
  try {
    const FileHandle task = exec::shared_memory(encode_task(task_of(request)));
    const std::chrono::milliseconds needed =
        request.evaluations != 0 ? std::chrono::milliseconds(0) : request.budget + kGrace;
    const SubprocessCommand command = command_for("search", task, limits, needed);
    const SubprocessOutcome ended = run_watched(command, progress);
    std::string_view rest = ended.result.bytes();
    std::string_view content;
    bool finished = false;
    while (exec::take_frame(rest, content)) {
      Answer answer = decode_answer(content);
      finished = finished || std::holds_alternative<Report>(answer) || std::holds_alternative<Refusal>(answer);
      take(outcome, std::move(answer));
    }
    if (finished && ended_well(ended)) return outcome;
    const std::string end = exec::worker_end(command, ended) + " while searching";
    const bool found = outcome.same_shapes || outcome.other_shapes;
    if (found) {
      outcome.reasons.push_back("the search broke off: " + end);
    } else {
      outcome.error = end;
    }
  } catch (const InputError& error) {
    outcome.error = error.what();
  }
  return outcome;
}

ReplayOutcome replay(const SearchRequest& request, const std::vector<std::vector<exec::Argument>>& calls,
                     const exec::WorkerLimits& limits) {
  ReplayOutcome outcome;
  try {
    Task made = task_of(request);
    made.calls = calls;
    const FileHandle task = exec::shared_memory(encode_task(made));
    const SubprocessCommand command = command_for("replay", task, limits, std::chrono::milliseconds(0));
    const SubprocessOutcome ended = run_subprocess(command);
    std::string_view rest = ended.result.bytes();
    std::string_view content;
    while (exec::take_frame(rest, content)) {
      exec::RunAnswer answer = exec::decode_answer(content);
      if (answer.kind == exec::RunAnswer::Kind::refused) outcome.error = answer.text;
      if (answer.kind == exec::RunAnswer::Kind::result) outcome.results.push_back(std::move(answer.result));
    }
    if (outcome.error.empty() && (!ended_well(ended) || outcome.results.size() != calls.size())) {
      outcome.error = exec::worker_end(command, ended);
    }
  } catch (const InputError& error) {
    outcome.error = error.what();
  }
  return outcome;
}

}  // namespace graphwitness::verify
