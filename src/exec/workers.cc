#include "exec/workers.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <thread>
#include <utility>

#include "exec/wire.h"
#include "exec/worker_commands.h"
#include "exec/worker_end.h"
#include "frontends/sniff.h"
#include "graphwitness/support/error.h"
#include "support/file_handle.h"
#include "support/nursery.h"
#include "support/program_files.h"

namespace graphwitness::exec {
namespace {

void run_to_end(std::vector<std::unique_ptr<Subprocess>>& workers) {
  while (true) {
    std::vector<Subprocess*> running;
    for (const auto& one : workers) {
      if (!one->advance()) running.push_back(one.get());
    }
    if (running.empty()) return;
    wait_for_any(running);
  }
}

/// " while running sample 3 (seed 2)"
std::string where(const RunRequest& request, std::size_t answered) {
  if (answered >= request.samples.size()) return {};
  return fmt::format(" while loading it or running sample {} (seed {})", answered + 1, request.samples[answered].seed);
}

ModelRun collect(const std::string& path, const SubprocessCommand& command, SubprocessOutcome outcome,
                 const RunRequest& request) {
  ModelRun run{.path = path, .error = {}, .answers = {}, .memory = std::move(outcome.result)};
  std::string_view rest = run.memory.bytes();
  std::string_view content;
  while (take_frame(rest, content)) {
    const RunAnswer answer = decode_answer(content);
    if (answer.kind == RunAnswer::Kind::refused) {
      run.error = answer.text;
      return run;
    }
    if (answer.kind == RunAnswer::Kind::done) {
      run.remark = answer.text;
      break;
    }
    run.answers.push_back(content);
  }
  const bool ended_well = outcome.end == SubprocessOutcome::End::exited && outcome.code == 0;
  if (ended_well && run.answers.size() == request.samples.size()) return run;
  const bool started = outcome.end != SubprocessOutcome::End::not_started;
  run.error = worker_end(command, outcome) + (started ? where(request, run.answers.size()) : "");
  return run;
}

/// Asks a worker one thing about a file.
Value ask(std::vector<std::string> arguments, const WorkerLimits& limits) {
  const std::string path = arguments[1];
  const SubprocessCommand command = worker_command(torch_worker_program(), std::move(arguments), limits, 1);
  const SubprocessOutcome outcome = run_subprocess(command);
  std::string_view rest = outcome.result.bytes();
  std::string_view content;
  const auto fail = [&](const std::string& text) {
    throw InputError(text.find(path) != text.npos ? text : fmt::format("`{}`: {}", path, text));
  };
  const bool ended_well = outcome.end == SubprocessOutcome::End::exited && outcome.code == 0;
  if (!ended_well || !take_frame(rest, content)) fail(worker_end(command, outcome));
  RunAnswer answer = decode_answer(content);
  if (answer.kind != RunAnswer::Kind::result) fail(answer.text);
  return std::move(answer.result.output);
}

}  // namespace

bool is_onnx_model(const std::string& path) {
  try {
    return sniff(path).kind == FileKind::onnx;
  } catch (const InputError&) {
    return false;  // the worker that is to load it says what is wrong
  }
}

std::vector<ModelRun> run_models(const std::vector<std::string>& paths, const RunRequest& request,
                                 const WorkerLimits& limits) {
  RunRequest shared = request;
  // Workers that share the processors would otherwise wait for each other's threads.
  const std::size_t share = std::thread::hardware_concurrency() / std::max<std::size_t>(1, paths.size());
  shared.threads = std::max<std::int64_t>(1, static_cast<std::int64_t>(share));
  const FileHandle of_first = shared_memory(encode_request(shared));
  // The user's names are those of the first model; others may have other names for the same inputs.
  shared.by_position = true;
  const FileHandle of_others = paths.size() > 1 ? shared_memory(encode_request(shared)) : FileHandle();
  std::vector<SubprocessCommand> commands;
  for (const std::string& path : paths) {
    commands.push_back(model_command("run", path, request.device, limits, paths.size()));
    commands.back().input = commands.size() == 1 ? of_first.get() : of_others.get();
  }
  const std::filesystem::path torch_worker = torch_worker_program();
  if (std::ranges::count(commands, torch_worker, &SubprocessCommand::program) > 1)
    Nursery::announce_several(torch_worker);
  std::vector<std::unique_ptr<Subprocess>> workers;
  workers.reserve(commands.size());
  for (const SubprocessCommand& command : commands) workers.push_back(std::make_unique<Subprocess>(command));
  run_to_end(workers);
  std::vector<ModelRun> runs;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    try {
      runs.push_back(collect(paths[i], commands[i], workers[i]->take_outcome(), request));
    } catch (const InputError& error) {
      runs.push_back({.path = paths[i], .error = error.what()});
    }
  }
  return runs;
}

ModelInputs ask_model_inputs(const std::string& path, const std::string& method, const WorkerLimits& limits) {
  return inputs_of(ask({"inputs", path, method}, limits));
}

Value read_saved_value(const std::string& path, const WorkerLimits& limits) { return ask({"values", path}, limits); }

}  // namespace graphwitness::exec
