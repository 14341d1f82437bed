// Over a folder of modules as archives (FOLDER/ID/{scripted.pt,traced.pt,example.pt,differ.pt}, FOLDER/index.json): how
// true the replay is to the real trace, and what the search finds.
//
// usage: catalogue_search replay|search FOLDER [SECONDS] [ID...]

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "exec/compare/structure.h"
#include "exec/inputs/files.h"
#include "exec/workers.h"
#include "graphwitness/support/error.h"
#include "support/nursery.h"
#include "support/program_files.h"
#include "verify/search.h"

namespace {

using namespace graphwitness;
namespace fs = std::filesystem;

struct Case {
  std::string name;
  fs::path folder;
  bool hazard = false;
  bool input_only = false;
  std::string scope;
  std::string truth;
};

std::vector<Case> modules_of(const fs::path& folder, const std::vector<std::string>& wanted) {
  const nlohmann::json index = nlohmann::json::parse(std::ifstream(folder / "index.json"));
  std::vector<Case> modules;
  for (const auto& [name, row] : index.items()) {
    if (!wanted.empty() && std::ranges::find(wanted, name) == wanted.end()) continue;
    Case module{.name = name,
                .folder = folder / name,
                .hazard = row["hazard"],
                .input_only = row["input_only"],
                .scope = row["scope"],
                .truth = row["truth"].is_null() ? "" : row["truth"]};
    const bool both = fs::exists(module.folder / "scripted.pt") && fs::exists(module.folder / "traced.pt");
    if (both && fs::exists(module.folder / "example.pt")) modules.push_back(std::move(module));
  }
  return modules;
}

std::vector<exec::Argument> call_in(const fs::path& file) { return exec::read_calls(file.string(), {}).at(0); }

std::string difference_of(const exec::SampleResult& a, const exec::SampleResult& b) {
  if (a.raised && b.raised) return {};
  if (a.raised || b.raised) return "raises: " + (a.raised ? *a.raised : *b.raised);
  for (const exec::Leaf& leaf : exec::compare_values(a.output, b.output, {})) {
    if (leaf.difference != Difference::none) return leaf.name + ": " + leaf.reference + " / " + leaf.candidate;
  }
  return {};
}

/// What the real trace gives, call by call; a call that it refuses counts as raised.
std::vector<exec::SampleResult> run_trace(const Case& module, const std::vector<std::vector<exec::Argument>>& calls) {
  const std::string path = (module.folder / "traced.pt").string();
  exec::RunRequest all;
  for (const auto& call : calls) all.samples.push_back({.seed = 0, .arguments = call});
  std::vector<exec::SampleResult> results;
  const std::vector<exec::ModelRun> together = exec::run_models({path}, all, {});
  for (const std::string_view bytes : together[0].answers) results.push_back(exec::decode_answer(bytes).result);
  if (results.size() == calls.size()) return results;
  results.clear();
  for (const auto& call : calls) {
    exec::RunRequest one;
    one.samples.push_back({.seed = 0, .arguments = call});
    const std::vector<exec::ModelRun> run = exec::run_models({path}, one, {});
    results.emplace_back();
    if (run[0].error.empty()) {
      results.back() = exec::decode_answer(run[0].answers.at(0)).result;
    } else {
      results.back().raised = run[0].error;
    }
  }
  return results;
}

int measure_replay(const std::vector<Case>& modules) {
  int agree = 0;
  int total = 0;
  for (const Case& module : modules) {
    try {
      verify::SearchRequest request{.scripted = (module.folder / "scripted.pt").string()};
      request.example = call_in(module.folder / "example.pt");
      std::vector<std::vector<exec::Argument>> calls{request.example};
      if (fs::exists(module.folder / "differ.pt")) calls.push_back(call_in(module.folder / "differ.pt"));
      const verify::ReplayOutcome replayed = verify::replay(request, calls, {});
      const std::vector<exec::SampleResult> real = run_trace(module, calls);
      for (std::size_t i = 0; i < calls.size(); ++i) {
        const std::string difference =
            replayed.error.empty() ? difference_of(real[i], replayed.results[i]) : replayed.error;
        ++total;
        agree += difference.empty() ? 1 : 0;
        if (difference.empty()) continue;
        std::cout << fmt::format("{:6} {:10} {}\n", module.name, i == 0 ? "example" : "differ", difference)
                  << std::flush;
      }
    } catch (const std::exception& error) {
      std::cout << fmt::format("{:6} not measured: {}\n", module.name, error.what()) << std::flush;
    }
  }
  std::cout << fmt::format("replay and trace agree on {} of {} runs, {:.1f} %\n", agree, total,
                           100. * agree / std::max(total, 1));
  return 0;
}

int measure_search(const std::vector<Case>& modules, double seconds) {
  for (const Case& module : modules) {
    try {
      verify::SearchRequest request{.scripted = (module.folder / "scripted.pt").string(),
                                    .traced = (module.folder / "traced.pt").string()};
      request.example = call_in(module.folder / "example.pt");
      request.budget = std::chrono::milliseconds(static_cast<int>(seconds * 1000));
      const auto start = std::chrono::steady_clock::now();
      const verify::SearchOutcome outcome = verify::search(request, {}, {});
      const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      const auto shown = [](const std::optional<verify::Witness>& witness) {
        return witness ? fmt::format("refuted({}) {}", witness->changed_elements, witness->differs) : std::string("-");
      };
      std::cout << fmt::format("{:5} {:7} {:10} {:12} truth={:28} {:6.2f}s n={:4} same: {} | other: {}{}{}\n",
                               module.name, module.hazard ? "hazard" : "control", module.input_only ? "input_only" : "",
                               module.scope, module.truth, took, outcome.evaluations, shown(outcome.same_shapes),
                               shown(outcome.other_shapes), outcome.example_differs ? " EXAMPLE" : "",
                               outcome.error.empty() ? "" : " ERROR " + outcome.error)
                << std::flush;
    } catch (const std::exception& error) {
      std::cout << fmt::format("{:5} not measured: {}\n", module.name, error.what());
    }
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count < 3) return 2;
  try {
    const Nursery nursery(torch_worker_program());
    const std::string what = words[1];
    const double seconds = count > 3 ? std::atof(words[3]) : 10;
    const std::vector<Case> modules = modules_of(words[2], {words + std::min(count, 4), words + count});
    return what == "replay" ? measure_replay(modules) : measure_search(modules, seconds);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
