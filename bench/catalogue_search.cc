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
    Case module{.name = name, .folder = folder / name, .hazard = row["hazard"], .input_only = row["input_only"],
                  .scope = row["scope"], .truth = row["truth"].is_null() ? "" : row["truth"]};
    const bool both = fs::exists(module.folder / "scripted.pt") && fs::exists(module.folder / "traced.pt");
    if (both && fs::exists(module.folder / "example.pt")) modules.push_back(std::move(module));
  }
  return modules;
}

std::vector<exec::Argument> call_in(const fs::path& file) {
  return exec::read_calls(file.string(), {}).at(0);
}

std::string difference_of(const exec::SampleResult& a, const exec::SampleResult& b) {
  if (a.raised && b.raised) return {};
  if (a.raised || b.raised) return "raises: " + (a.raised ? *a.raised : *b.raised);
  for (const exec::Leaf& leaf : exec::compare_values(a.output, b.output, {})) {
    if (leaf.difference != Difference::none) return leaf.name + ": " + leaf.reference + " / " + leaf.candidate;
  }
  return {};
}

int measure_replay(const std::vector<Case>& modules) {
  int agree = 0;
  int total = 0;
  for (const Case& module : modules) {
    std::vector<std::string> files{"example.pt"};
    if (fs::exists(module.folder / "differ.pt")) files.emplace_back("differ.pt");
    for (const std::string& file : files) {
      try {
        verify::SearchRequest request{.scripted = (module.folder / "scripted.pt").string()};
        request.example = call_in(module.folder / "example.pt");
        std::vector<exec::Argument> call = call_in(module.folder / file);
        const verify::ReplayOutcome replayed = verify::replay(request, {call}, {});
        exec::RunRequest run;
        run.samples.push_back({.seed = 0, .arguments = call});
        const auto traced = exec::run_models({(module.folder / "traced.pt").string()}, run, {});
        exec::SampleResult real;
        if (!traced[0].error.empty()) {
          real.raised = traced[0].error;
        } else {
          real = exec::decode_answer(traced[0].answers[0]).result;
        }
        std::string difference = replayed.error;
        if (difference.empty()) difference = difference_of(real, replayed.results.at(0));
        ++total;
        if (difference.empty()) ++agree;
        if (!difference.empty()) std::cout << fmt::format("{:6} {:10} {}\n", module.name, file, difference) << std::flush;
      } catch (const std::exception& error) {
        std::cout << fmt::format("{:6} {:10} not measured: {}\n", module.name, file, error.what());
      }
    }
  }
  std::cout << fmt::format("replay and trace agree on {} of {} runs, {:.1f} %\n", agree, total, 100. * agree / std::max(total, 1));
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
      std::cout << fmt::format("{:5} {:7} {:10} {:12} truth={:28} {:6.2f}s n={:4} same: {} | other: {}{}{}\n", module.name,
                               module.hazard ? "hazard" : "control", module.input_only ? "input_only" : "", module.scope,
                               module.truth, took, outcome.evaluations, shown(outcome.same_shapes),
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
  const std::string what = words[1];
  const double seconds = count > 3 ? std::atof(words[3]) : 10;
  const std::vector<Case> modules = modules_of(words[2], {words + std::min(count, 4), words + count});
  return what == "replay" ? measure_replay(modules) : measure_search(modules, seconds);
}
