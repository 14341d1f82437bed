#include "verify/witness_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "exec/dtype.h"
#include "exec/inputs/npy.h"
#include "exec/inputs/npz.h"
#include "exec/outputs/torch_save.h"
#include "graphwitness/support/error.h"
#include "support/version.h"
#include "support/write_file.h"
#include "verify/changes.h"

namespace graphwitness::verify {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using exec::Value;

bool by_name(const std::vector<exec::Argument>& arguments) {
  return std::ranges::any_of(arguments, [](const exec::Argument& one) { return !one.name.empty(); });
}

/// A tuple where arguments go by position, else a dict.
Value call_value(const std::vector<exec::Argument>& arguments) {
  std::vector<Value> items;
  const bool named = by_name(arguments);
  for (const exec::Argument& argument : arguments) {
    if (named) items.push_back(Value::of(argument.name));
    items.push_back(argument.value);
  }
  return named ? Value::dict(std::move(items)) : Value::tuple(std::move(items));
}

/// Of arguments that are tensors, all of them or none.
std::vector<exec::NamedTensor> arrays(const std::vector<exec::Argument>& arguments) {
  std::vector<exec::NamedTensor> tensors;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].value.kind != Value::Kind::tensor) return {};
    const std::string name = arguments[i].name.empty() ? fmt::format("arr_{}", i) : arguments[i].name;
    tensors.push_back({name, arguments[i].value.tensor});
  }
  return tensors;
}

Json tensor_json(const exec::Tensor& tensor) {
  Json values = Json::array();
  const std::size_t width = exec::size_of(tensor.dtype);
  const std::size_t count = width == 0 ? 0 : tensor.bytes.size() / width;
  for (std::size_t i = 0; i < std::min(count, kMostElements); ++i) values.push_back(spell_element(tensor, i));
  return {{"dtype", exec::torch_name(tensor.dtype)},
          {"shape", tensor.sizes},
          {"values", std::move(values)},
          {"left_out", count > kMostElements ? count - kMostElements : 0}};
}

/// Values nest at most kDeepestValue deep.
Json value_json(const Value& value) {
  switch (value.kind) {
    case Value::Kind::tensor:
      return tensor_json(value.tensor);
    case Value::Kind::none:
      return {};
    case Value::Kind::boolean:
      return value.integer != 0;
    case Value::Kind::integer:
      return value.integer;
    case Value::Kind::string:
      return value.text;
    case Value::Kind::list:
    case Value::Kind::tuple:
    case Value::Kind::dict: {
      Json items = Json::array();
      for (const Value& item : value.items) items.push_back(value_json(item));
      return {{"kind", exec::name_of(value.kind)}, {"items", std::move(items)}};
    }
    case Value::Kind::floating:
    case Value::Kind::complex:
    case Value::Kind::opaque:
      break;
  }
  return exec::describe(value);
}

Json result_json(const exec::SampleResult& result) {
  if (result.raised) return {{"raised", *result.raised}};
  return {{"output", value_json(result.output)}};
}

Json decisions_json(const WitnessReport& report) {
  Json decisions = Json::array();
  for (const DecisionChange& one : report.decisions) {
    decisions.push_back(
        {{"kind", one.kind}, {"file", one.file}, {"line", one.line}, {"from", one.from}, {"to", one.to}});
  }
  return decisions;
}

/// A shell word.
std::string quoted(const std::string& text) {
  const bool plain = !text.empty() && std::ranges::all_of(text, [](char one) {
    return (one >= 'a' && one <= 'z') || (one >= 'A' && one <= 'Z') || (one >= '0' && one <= '9') || one == '/' ||
           one == '.' || one == '_' || one == '-';
  });
  if (plain) return text;
  std::string word = "'";
  for (const char one : text) word += one == '\'' ? std::string("'\\''") : std::string(1, one);
  return word + "'";
}

/// A string literal of Python.
std::string literal(const std::string& text) { return Json(text).dump(-1, ' ', true, Json::error_handler_t::replace); }

}  // namespace

WitnessFiles write_witness_input(const std::string& folder, const std::vector<exec::Argument>& arguments) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw InputError(fmt::format("`{}`: the folder cannot be made: {}", folder, error.message()));
  WitnessFiles files{.folder = folder, .pt = (fs::path(folder) / "witness.pt").string()};
  exec::save_value(call_value(arguments), files.pt);
  const std::vector<exec::NamedTensor> tensors = arrays(arguments);
  const bool fits_numpy = !tensors.empty() && std::ranges::all_of(tensors, [](const exec::NamedTensor& one) {
    return exec::has_numpy_type(one.tensor.dtype);
  });
  if (!fits_numpy) return files;
  files.npz = (fs::path(folder) / "witness.npz").string();
  write_whole_file(*files.npz, exec::write_npz(tensors));
  return files;
}

std::string python_snippet(const WitnessStory& story, const std::vector<exec::Argument>& arguments,
                           const std::string& pt) {
  const std::string call = by_name(arguments) ? "**inputs" : "*inputs";
  const std::string method = story.method == "forward" ? "" : "." + story.method;
  std::string text = "import torch\n";
  text += fmt::format("scripted = torch.jit.load({})\n", literal(story.scripted));
  if (!story.traced.empty()) text += fmt::format("traced = torch.jit.load({})\n", literal(story.traced));
  // Each model gets inputs of its own: it may write to them.
  const auto run = [&](const std::string& name) {
    return fmt::format(
        "inputs = torch.load({0})\ntorch.manual_seed({1})\ntry:\n    with torch.no_grad():\n        print('{2}', "
        "{2}{3}({4}))\n"
        "except Exception as error:\n    print('{2} raises', error)\n",
        literal(pt), story.seed, name, method, call);
  };
  text += run("scripted");
  if (!story.traced.empty()) text += run("traced");
  if (!story.exported_result) return text;
  // ONNX has tensors only, in the order of the arguments. Without ONNX Runtime, whatever else runs ONNX models.
  text += fmt::format(
      "try:\n"
      "    import onnxruntime\n"
      "    session = onnxruntime.InferenceSession({0}, providers=['CPUExecutionProvider'])\n"
      "    names = [one.name for one in session.get_inputs()]\n"
      "except ImportError:\n"
      "    try:\n"
      "        from onnx.reference import ReferenceEvaluator\n"
      "    except ImportError:\n"
      "        raise SystemExit('onnx not run: neither onnxruntime nor onnx.reference (onnx 1.13) is installed')\n"
      "    session = ReferenceEvaluator({0})\n"
      "    names = session.input_names\n"
      "inputs = torch.load({1})\n"
      "inputs = list(inputs.values()) if isinstance(inputs, dict) else inputs\n"
      "try:\n"
      "    print('onnx', session.run(None, {{name: one.numpy() for name, one in zip(names, inputs)}}))\n"
      "except Exception as error:\n    print('onnx raises', error)\n",
      literal(story.exported), literal(pt));
  return text;
}

void write_witness_story(const WitnessFiles& files, const WitnessStory& story,
                         const std::vector<exec::Argument>& arguments) {
  Json inputs = Json::array();
  for (const exec::Argument& argument : arguments) inputs.push_back(exec::describe(argument.value));
  const std::string method = story.method == "forward" ? "" : " --method " + quoted(story.method);
  const std::string exported = story.exported.empty() ? "" : " " + quoted(story.exported);
  const std::string verify =
      story.traced.empty()
          ? fmt::format("graphwitness verify --example {}{} {}", quoted(files.pt), method, quoted(story.scripted))
          : fmt::format("graphwitness compare --inputs {} --seed {}{} {} {}{}", quoted(files.pt), story.seed, method,
                        quoted(story.scripted), quoted(story.traced), exported);
  Json outputs{{"scripted", result_json(story.scripted_result)},
               {story.traced.empty() ? "replay" : "trace", result_json(story.other_result)}};
  if (story.exported_result) outputs["onnx"] = result_json(*story.exported_result);
  const Json object{{"version", 1},
                    {"tool", {{"name", "graphwitness"}, {"version", version()}}},
                    {"verdict", "refuted"},
                    {"scope", story.scope},
                    {"against", story.report.against},
                    {"scripted", story.scripted},
                    {"traced", story.traced.empty() ? Json() : Json(story.traced)},
                    {"exported", story.exported.empty() ? Json() : Json(story.exported)},
                    {"method", story.method},
                    {"seed", story.seed},
                    {"inputs", std::move(inputs)},
                    {"difference", story.report.difference},
                    {"changes", story.report.changes},
                    {"outputs", std::move(outputs)},
                    {"decisions", decisions_json(story.report)},
                    {"step", story.report.step.empty() ? Json() : Json(story.report.step)},
                    {"command", verify},
                    {"python", python_snippet(story, arguments, files.pt)}};
  write_whole_file((fs::path(files.folder) / "witness.json").string(),
                   object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

}  // namespace graphwitness::verify
