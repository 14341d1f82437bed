#include "frontends/onnx/graph_mapper.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <unordered_set>
#include <utility>

#include "frontends/onnx/locations.h"
#include "frontends/onnx/newer_fields.h"
#include "frontends/onnx/types.h"
#include "graphwitness/support/error.h"

namespace graphwitness {
namespace {

constexpr std::size_t kMostExpandedNodes = 4'000'000;
constexpr std::size_t kMostExpandedBytes = 1U << 30U;
constexpr std::size_t kMostCallDepth = 1000;

struct NodePosition {
  std::string text;  ///< that the frames point into
  std::vector<SourceFrame> frames;
  ModulePath path;
};

NodePosition position_of(const onnx::NodeProto& node) {
  NodePosition position{.text = node.doc_string(), .frames = {}, .path = module_path_of_name(node.name())};
  for (const onnx::StringStringEntryProto& entry : metadata_of(node)) {
    if (entry.key() == "pkg.torch.onnx.stack_trace") position.text = entry.value();
    if (entry.key() == "pkg.torch.onnx.name_scopes") position.path = module_path_of_scopes(entry.value());
  }
  position.frames = parse_source_frames(position.text);
  return position;
}

}  // namespace

GraphMapper::GraphMapper(GraphBuilder& builder, TensorMapper& tensors, Problems& problems,
                         const onnx::ModelProto& model, const std::string& path)
    : builder_(builder),
      tensors_(tensors),
      problems_(problems),
      attributes_(builder, tensors),
      functions_(model),
      path_(path),
      initializers_are_inputs_(model.ir_version() <= 3) {}

void GraphMapper::map(const onnx::GraphProto& graph) {
  for (const LocalFunction& function : functions_.all()) {
    builder_.add_callable(function.name, Function::Origin::exported, {});
  }
  const FunctionId function = builder_.add_function(graph.name(), Function::Origin::exported);
  Frame main;
  main.graph = &graph;
  main.block = builder_.body(function);
  main.own_call = std::make_unique<Call>();
  main.call = main.own_call.get();
  main.call->name = builder_.intern(graph.name());
  frames_.push_back(std::move(main));

  while (!frames_.empty()) {
    Frame& frame = frames_.back();
    if (!frame.is_open) open(frame);
    const Nodes& nodes = frame.graph != nullptr ? frame.graph->node() : frame.call->function->proto->node();
    if (frame.next_node < nodes.size()) {
      map_node(frame, nodes.Get(frame.next_node++));  // may push, which moves `frame`
      continue;
    }
    close(frame);
    frames_.pop_back();
  }
}

void GraphMapper::open(Frame& frame) {
  frame.is_open = true;
  if (frame.graph != nullptr) {
    frame.scope = std::make_unique<Scope>(frame.outer);
    open_graph(frame);
    return;
  }
  open_function(frame);
}

void GraphMapper::open_graph(Frame& frame) {
  const onnx::GraphProto& graph = *frame.graph;
  DeclaredTypes types;
  const auto count = [](const auto& items) { return static_cast<std::size_t>(items.size()); };
  types.reserve(count(graph.input()) + count(graph.output()) + count(graph.value_info()));
  for (const auto* infos : {&graph.input(), &graph.output(), &graph.value_info()}) {
    for (const onnx::ValueInfoProto& info : *infos) {
      if (info.has_type()) types.try_emplace(info.name(), &info.type());
    }
  }
  frame.scope->reserve(count(graph.input()) + count(graph.initializer()) + count(graph.node()));
  declare_inputs(frame, types);
  declare_initializers(frame, types);
  declare_results(frame, graph.node(), types);
  for (const onnx::ValueInfoProto& output : graph.output()) {
    const ValueId value = resolve(output.name(), *frame.scope, *frame.call, declared_type(types, output.name()));
    builder_.add_output(frame.block, value);
  }
}

void GraphMapper::open_function(Frame& frame) {
  DeclaredTypes types;
  for (const onnx::ValueInfoProto& info : frame.call->function->types) types.try_emplace(info.name(), &info.type());
  declare_results(frame, frame.call->function->proto->node(), types);
}

ValueId GraphMapper::declare(Scope& scope, const std::string& name, TypeId type) {
  const ValueId value = builder_.add_value(name, type);
  scope.define(name, value);
  return value;
}

void GraphMapper::declare_inputs(Frame& frame, const DeclaredTypes& types) {
  std::unordered_set<std::string_view> initializers;
  for (const auto& tensor : frame.graph->initializer()) initializers.insert(tensor.name());
  for (const auto& tensor : frame.graph->sparse_initializer()) initializers.insert(tensor.values().name());
  for (const onnx::ValueInfoProto& input : frame.graph->input()) {
    if (initializers.contains(input.name())) {
      if (!initializers_are_inputs_) builder_.add_property("overridable_initializer", input.name());
      continue;
    }
    // An arm of If takes no arguments. Some writers list what it captures as inputs; runtimes go by the name.
    const ValueId* captured = frame.is_arm ? frame.scope->find(input.name()) : nullptr;
    if (captured != nullptr && !frame.scope->defines(input.name())) {
      problems_.add("an arm of `If` declares the captured value `" + input.name() + "` as its input");
      continue;
    }
    const TypeId type = input.has_type() ? type_of(input.type(), builder_) : declared_type(types, input.name());
    builder_.add_param(frame.block, declare(*frame.scope, input.name(), type));
  }
}

void GraphMapper::declare_initializers(Frame& frame, const DeclaredTypes& types) {
  const auto define = [&](const std::string& name, TensorId tensor, TypeId type) {
    const TypeId declared = declared_type(types, name);
    builder_.define_constant(declare(*frame.scope, name, declared ? declared : type), tensor);
  };
  for (const onnx::TensorProto& tensor : frame.graph->initializer()) {
    const auto [id, type] = tensors_.map(tensor);
    define(tensor.name(), id, type);
  }
  for (const onnx::SparseTensorProto& tensor : frame.graph->sparse_initializer()) {
    builder_.add_property("sparse_initializer", tensor.values().name());
    const auto [id, type] = tensors_.map(tensor);
    define(tensor.values().name(), id, type);
  }
}

void GraphMapper::declare_results(Frame& frame, const Nodes& nodes, const DeclaredTypes& types) {
  Call& call = *frame.call;
  const bool is_function = frame.graph == nullptr;
  for (const onnx::NodeProto& node : nodes) {
    for (const std::string& name : node.output()) {
      if (name.empty()) {
        frame.results.emplace_back();
        continue;
      }
      const auto formal = is_function ? call.result_of.find(name) : call.result_of.end();
      const bool is_result =
          formal != call.result_of.end() && call.results[formal->second] && !frame.scope->defines(name);
      if (!is_result) {
        frame.results.push_back(declare(*frame.scope, name, declared_type(types, name)));
        continue;
      }
      const ValueId value = std::exchange(call.results[formal->second], ValueId{});
      frame.scope->define(name, value);
      frame.results.push_back(value);
    }
  }
}

/// Results that no node of a function defines: it may hand an input straight through, or one value out twice.
void GraphMapper::close(Frame& frame) {
  if (frame.graph != nullptr) return;
  const Call& call = *frame.call;
  for (std::size_t i = 0; i < call.results.size(); ++i) {
    const ValueId* source = frame.scope->find(call.function->proto->output(static_cast<int>(i)));
    if (!call.results[i] || source == nullptr || !*source) continue;
    builder_.add_node(frame.block, "onnx::Identity", std::array{*source}, std::array{call.results[i]}, call.here);
  }
}

void GraphMapper::map_node(Frame& frame, const onnx::NodeProto& node) {
  if (!functions_.all().empty()) count_expansion(0);
  Call& call = *frame.call;
  const std::span results =
      std::span<const ValueId>(frame.results).subspan(frame.next_result, static_cast<std::size_t>(node.output_size()));
  frame.next_result += results.size();
  if (const LocalFunction* function = functions_.find(node)) {
    push_call(frame, node, *function, results);
    return;
  }

  std::vector<ValueId> operands;
  operands.reserve(static_cast<std::size_t>(node.input_size()));
  for (const std::string& name : node.input()) operands.push_back(resolve(name, *frame.scope, call));

  std::vector<Attribute> attributes;
  std::vector<Subgraph> subgraphs;
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    const BoundAttribute bound = bind(attribute, frame);
    if (bound.attribute == nullptr) continue;
    if (!holds_graphs(*bound.attribute)) {
      attributes.push_back({builder_.intern(attribute.name()), attributes_.map(*bound.attribute)});
      continue;
    }
    const auto add = [&](const onnx::GraphProto& graph) {
      if (bound.attribute != &attribute) count_expansion(graph.ByteSizeLong());
      subgraphs.push_back({&attribute.name(), &graph, bound.scope, bound.call});
    };
    if (bound.attribute->has_g()) add(bound.attribute->g());
    for (const onnx::GraphProto& graph : bound.attribute->graphs()) add(graph);
  }
  if (!subgraphs.empty()) {
    // The exporters' order differs; readers of If want its arms in one order.
    std::stable_partition(subgraphs.begin(), subgraphs.end(),
                          [](const Subgraph& it) { return *it.attribute == "then_branch"; });
    std::vector<LiteralId> names;
    names.reserve(subgraphs.size());
    for (const Subgraph& subgraph : subgraphs) names.push_back(builder_.string(*subgraph.attribute));
    attributes.push_back({builder_.intern("blocks"), builder_.sequence(Literal::Kind::list, names)});
  }
  const NodeId id = builder_.add_node(frame.block, qualified_name(node.domain(), node.op_type()), operands, results,
                                      location_of(node, call, Frames::all), node.name(), attributes);
  const bool is_if = node.op_type() == "If" && qualified_name(node.domain(), {}) == "onnx::";
  push_subgraphs(id, subgraphs, is_if);
}

void GraphMapper::push_subgraphs(NodeId node, const std::vector<Subgraph>& subgraphs, bool are_arms) {
  const std::size_t first = frames_.size();
  for (const Subgraph& subgraph : subgraphs) {
    Frame frame;
    frame.graph = subgraph.graph;
    frame.block = builder_.add_block(node);
    frame.call = subgraph.call;
    frame.outer = subgraph.scope;
    frame.is_arm = are_arms;
    frames_.push_back(std::move(frame));
  }
  std::reverse(frames_.begin() + static_cast<std::ptrdiff_t>(first), frames_.end());
}

void GraphMapper::push_call(const Frame& frame, const onnx::NodeProto& node, const LocalFunction& function,
                            std::span<const ValueId> results) {
  check_call(*frame.call, function);
  count_expansion(function.bytes);
  const onnx::FunctionProto& proto = *function.proto;

  auto call = std::make_unique<Call>();
  call->function = &function;
  call->caller = frame.call;
  call->depth = frame.call->depth + 1;
  call->name = builder_.intern(function.name);
  call->site = location_of(node, *frame.call, Frames::innermost);
  if (!call->site) call->site = builder_.location({.function = frame.call->name});
  call->here = builder_.location({.function = call->name, .caller = call->site});
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    const BoundAttribute bound = bind(attribute, frame);
    if (bound.attribute != nullptr) call->attributes.try_emplace(attribute.name(), bound);
  }

  Frame body;
  body.block = frame.block;
  body.call = call.get();
  body.scope = std::make_unique<Scope>(nullptr);
  for (const onnx::AttributeProto& attribute : function.defaults) {
    call->attributes.try_emplace(attribute.name(), BoundAttribute{&attribute, body.scope.get(), call.get()});
  }
  for (int i = 0; i < proto.input_size(); ++i) {
    const bool is_given = i < node.input_size();
    body.scope->define(proto.input(i), is_given ? resolve(node.input(i), *frame.scope, *frame.call) : ValueId{});
  }
  call->results.assign(results.begin(), results.end());
  call->results.resize(static_cast<std::size_t>(proto.output_size()));
  for (int i = 0; i < proto.output_size(); ++i) call->result_of.try_emplace(proto.output(i), i);
  body.own_call = std::move(call);
  frames_.push_back(std::move(body));
}

void GraphMapper::check_call(const Call& call, const LocalFunction& function) const {
  for (const Call* caller = &call; caller != nullptr; caller = caller->caller) {
    if (caller->function != &function) continue;
    throw InputError("`" + path_ + "` has a function that calls itself, `" + function.name +
                     "`, expected functions that can be inlined");
  }
  if (call.depth >= kMostCallDepth) {
    throw InputError("`" + path_ + "` calls functions more than " + std::to_string(kMostCallDepth) +
                     " deep, expected fewer");
  }
}

void GraphMapper::count_expansion(std::size_t bytes) {
  expanded_bytes_ += bytes;
  if (++expanded_nodes_ <= kMostExpandedNodes && expanded_bytes_ <= kMostExpandedBytes) return;
  throw InputError("`" + path_ + "` has functions that expand to more than " + std::to_string(kMostExpandedNodes) +
                   " nodes or " + std::to_string(kMostExpandedBytes >> 20U) + " MiB, expected fewer");
}

ValueId GraphMapper::resolve(const std::string& name, const Scope& scope, Call& call, TypeId type) {
  if (name.empty()) return {};
  if (const ValueId* found = scope.find(name)) return *found;
  const auto [entry, is_new] = call.dangling.try_emplace(name);
  if (is_new) entry->second = builder_.add_value(name, type);
  return entry->second;
}

TypeId GraphMapper::declared_type(const DeclaredTypes& types, const std::string& name) {
  const auto found = types.find(name);
  return found == types.end() ? TypeId{} : type_of(*found->second, builder_);
}

BoundAttribute GraphMapper::bind(const onnx::AttributeProto& attribute, const Frame& frame) const {
  if (attribute.ref_attr_name().empty()) return {&attribute, frame.scope.get(), frame.call};
  const auto found = frame.call->attributes.find(attribute.ref_attr_name());
  return found == frame.call->attributes.end() ? BoundAttribute{} : found->second;
}

LocationId GraphMapper::location_of(const onnx::NodeProto& node, const Call& call, Frames frames) {
  NodePosition position = position_of(node);
  // The frames that lead to a call are those that lead to the nodes in it.
  if (frames == Frames::innermost && position.frames.size() > 1) position.frames.resize(1);
  const Symbol scope = position.path.known ? builder_.intern(position.path.path) : Symbol{};
  if (position.frames.empty()) {
    if (!position.path.known) return call.here;
    const Symbol function = call.function != nullptr ? call.name : Symbol{};
    return builder_.location({.function = function, .scope = scope, .caller = call.site});
  }
  LocationId location = call.here;
  for (auto frame = position.frames.rbegin(); frame != position.frames.rend(); ++frame) {
    const bool is_innermost = std::next(frame) == position.frames.rend();
    location = builder_.location({.file = builder_.intern(frame->file),
                                  .line = frame->line,
                                  .column = frame->column,
                                  .end_column = frame->end_column,
                                  .function = frame->function.empty() ? Symbol{} : builder_.intern(frame->function),
                                  .scope = is_innermost ? scope : Symbol{},
                                  .caller = location});
  }
  return location;
}

}  // namespace graphwitness
