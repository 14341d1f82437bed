#include "frontends/torchscript/worker/inliner.h"

#include <algorithm>
#include <array>
#include <utility>

#include "frontends/torchscript/worker/missing_operators.h"
#include "graphwitness/support/error.h"

namespace graphwitness::torchscript {
namespace {

bool is_function_constant(const jit::Node* node) {
  return node->kind() == c10::prim::Constant && node->output()->type()->kind() == c10::TypeKind::FunctionType;
}

bool holds_module(const c10::TypePtr& type) {
  return type->is_module() || type->kind() == c10::TypeKind::InterfaceType;
}

std::vector<const jit::Block*> blocks_of(jit::Node* node) {
  std::vector<const jit::Block*> blocks;
  for (const jit::Block* block : node->blocks()) blocks.push_back(block);
  if (node->hasAttribute(c10::attr::Subgraph)) blocks.push_back(node->g(c10::attr::Subgraph)->block());
  return blocks;
}

}  // namespace

Inliner::Inliner(const Program& program, const Modules& modules, const Origins& origins, Locations& locations,
                 Types& types, ConstantTensors& tensors, GraphBuilder& builder)
    : program_(program),
      modules_(modules),
      origins_(origins),
      locations_(locations),
      types_(types),
      tensors_(tensors),
      literals_(builder, [&tensors](const at::Tensor& tensor) { return tensors(tensor).literal; }),
      builder_(builder) {
  find_replaced_modules();
}

/// A module that code puts in another's place is not the one that the archive holds there.
void Inliner::find_replaced_modules() {
  std::vector<const jit::Block*> todo;
  for (jit::Function* function : program_.unit().get_functions()) {
    if (jit::GraphFunction* known = jit::tryToGraphFunction(*function)) todo.push_back(known->graph()->block());
  }
  while (!todo.empty()) {
    const jit::Block* block = todo.back();
    todo.pop_back();
    for (jit::Node* node : const_cast<jit::Block*>(block)->nodes()) {
      for (const jit::Block* inner : blocks_of(node)) todo.push_back(inner);
      const bool replaces = node->kind() == c10::prim::SetAttr && holds_module(node->input(1)->type());
      if (replaces) replaced_.insert(node->s(c10::attr::name));
    }
  }
}

LocationId Inliner::first_use(const std::string& op) const {
  const auto found = watched_.find(op);
  return found == watched_.end() ? LocationId{} : found->second;
}

void Inliner::add_method(jit::Function& method) {
  jit::GraphFunction& function = jit::toGraphFunction(method);
  const c10::FunctionSchema& schema = function.getSchema();
  const ModuleObject& root = modules_.objects().front();
  const FunctionOrigin& known = origins_[function.qualname().qualifiedName()];
  origin_ = Function::Origin::unknown;
  const FunctionId id = builder_.add_function(function.name(), known.origin);
  builder_.set_self(id, root.id);
  builder_.set_location(id, locations_.of(known));
  builder_.set_defaults(id, defaults_of(schema));

  const jit::Block* body = function.graph()->block();
  Call& call = *calls_.emplace_back(std::make_unique<Call>());
  call.frame = {.function = builder_.intern(function.name()),
                .scope = builder_.intern(root.path),
                .traced = known.origin == Function::Origin::traced,
                .of_module = true};
  for (std::size_t i = 0; i < body->inputs().size(); ++i) {
    const jit::Value* input = body->inputs()[i];
    const std::string name = i < schema.arguments().size() ? schema.arguments()[i].name() : input->debugName();
    const ValueId value = builder_.add_value(name, types_(input->type()));
    builder_.add_param(builder_.body(id), value);
    call.values.emplace(input, Binding{.value = value});
  }
  if (!body->inputs().empty()) {
    Binding& self = call.values[body->inputs()[0]];
    self.object = 0;
    self.path = &*paths_.insert(root.path).first;
  }
  origin_ = known.origin;
  work_.push_back({.call = &call,
                   .block = body,
                   .next = const_cast<jit::Block*>(body)->nodes().begin(),
                   .target = builder_.body(id)});
  run();
  calls_.clear();
  builder_.set_origin(id, origin_);
}

std::vector<Attribute> Inliner::defaults_of(const c10::FunctionSchema& schema) {
  std::vector<Attribute> defaults;
  for (const c10::Argument& argument : schema.arguments()) {
    if (!argument.default_value()) continue;
    defaults.push_back({builder_.intern(argument.name()), literals_(*argument.default_value())});
  }
  return defaults;
}

void Inliner::run() {
  while (!work_.empty()) {
    Work& work = work_.back();
    if (work.next == const_cast<jit::Block*>(work.block)->nodes().end()) {
      const Work done = work;
      work_.pop_back();
      finish(done);
      continue;
    }
    jit::Node* node = *work.next;
    ++work.next;
    convert(node);
  }
}

void Inliner::finish(const Work& work) {
  if (work.site == nullptr) {
    for (const jit::Value* output : work.block->outputs()) {
      builder_.add_output(work.target, binding(output, *work.call).value);
    }
    return;
  }
  std::vector<Binding> results;
  for (const jit::Value* output : work.block->outputs()) results.push_back(binding(output, *work.call));
  calls_.pop_back();
  Call& caller = *work_.back().call;
  for (std::size_t i = 0; i < std::min<std::size_t>(results.size(), work.site->outputs().size()); ++i) {
    caller.values[work.site->outputs()[i]] = results[i];
  }
}

void Inliner::convert(jit::Node* node) {
  if (is_function_constant(node)) return;
  if (inline_call(node)) return;
  if (builder_.node_count() >= kMostNodes) {
    throw InputError("more than " + std::to_string(kMostNodes) + " operations when all calls are inlined");
  }
  add_node(node);
}

bool Inliner::inline_call(jit::Node* node) {
  const Call& call = *work_.back().call;
  jit::GraphFunction* callee = callee_of(node, call);
  if (callee == nullptr) return false;
  enter(*callee, node);
  return true;
}

jit::GraphFunction* Inliner::callee_of(jit::Node* node, const Call& call) {
  if (node->kind() == c10::prim::CallMethod) return method_of(node, call);
  if (node->kind() != c10::prim::CallFunction) return nullptr;
  const auto* type = node->input(0)->type()->castRaw<c10::FunctionType>();
  return type == nullptr ? nullptr : jit::tryToGraphFunction(*type->function());
}

jit::GraphFunction* Inliner::method_of(jit::Node* node, const Call& call) {
  const std::string& name = node->s(c10::attr::name);
  const auto bound = call.values.find(node->input(0));
  const bool known = bound != call.values.end() && bound->second.object != Modules::kNone;
  const c10::ClassTypePtr type =
      known ? modules_.objects()[bound->second.object].type : node->input(0)->type()->cast<c10::ClassType>();
  if (type == nullptr) {
    unresolved_calls_.push_back(node->input(0)->type()->annotation_str() + "." + name);
    return nullptr;
  }
  jit::Function* method = type->findMethod(name);
  if (method == nullptr) method = type->findHook(name);
  return method == nullptr ? nullptr : jit::tryToGraphFunction(*method);
}

void Inliner::enter(jit::GraphFunction& callee, jit::Node* site) {
  if (calls_.size() >= kDeepestCalls) {
    throw InputError("more than " + std::to_string(kDeepestCalls) + " calls within calls");
  }
  const Work here = work_.back();
  Call& caller = *here.call;
  const bool method = site->kind() == c10::prim::CallMethod;
  const FunctionOrigin& known = origins_[callee.qualname().qualifiedName()];
  origin_ = combine(origin_, known.origin);

  Call& call = *calls_.emplace_back(std::make_unique<Call>());
  // The call that a fork makes has no line of its own.
  const bool at_fork = here.fork && !locations_.knows(site->sourceRange());
  call.frame = locations_.enter(caller.frame, at_fork ? here.fork : locations_.of(site->sourceRange(), caller.frame));
  call.frame.function = builder_.intern(callee.name());
  call.frame.traced = known.origin == Function::Origin::traced;
  const jit::Block* body = callee.graph()->block();
  const std::size_t first = method ? 0 : 1;  // a function is an operand of its call
  for (std::size_t i = 0; i < body->inputs().size() && first + i < site->inputs().size(); ++i) {
    call.values.emplace(body->inputs()[i], binding(site->input(first + i), caller));
  }
  call.frame.of_module = method && holds_module(site->input(0)->type());
  if (call.frame.of_module) {
    const std::string* path = binding(site->input(0), caller).path;
    call.frame.scope = path == nullptr ? Symbol{} : builder_.intern(*path);
  }
  work_.push_back({.call = &call,
                   .block = body,
                   .next = const_cast<jit::Block*>(body)->nodes().begin(),
                   .target = here.target,
                   .site = site});
}

ValueId Inliner::new_value(const jit::Value* value) {
  // A name that is only a number was made up by LibTorch.
  return builder_.add_value(value->hasDebugName() ? value->debugName() : "", types_(value->type()));
}

const Inliner::Binding& Inliner::binding(const jit::Value* value, Call& call) {
  const auto [entry, fresh] = call.values.try_emplace(value);
  if (fresh) entry->second.value = new_value(value);
  return entry->second;
}

void Inliner::get_attribute(const jit::Node* node, Binding& result, const Call& call) {
  const auto bound = call.values.find(node->input(0));
  if (bound == call.values.end()) return;
  const Binding& owner = bound->second;
  const std::string& name = node->s(c10::attr::name);
  if (owner.object != Modules::kNone && !replaced_.contains(name)) {
    const auto& children = modules_.objects()[owner.object].children;
    if (const auto child = children.find(name); child != children.end()) {
      result.object = child->second;
      result.path = &*paths_.insert(modules_.objects()[child->second].path).first;
      return;
    }
  }
  // Its owner's attributes are unknown (`__setstate__`), but not its place.
  if (owner.path == nullptr || !holds_module(node->output()->type())) return;
  result.path = &*paths_.insert(owner.path->empty() ? name : *owner.path + '.' + name).first;
}

void Inliner::add_node(jit::Node* node) {
  const Work here = work_.back();
  Call& call = *here.call;
  std::vector<ValueId> operands;
  for (const jit::Value* input : node->inputs()) operands.push_back(binding(input, call).value);
  std::vector<ValueId> results;
  for (const jit::Value* output : node->outputs()) {
    Binding result{.value = new_value(output)};
    if (node->kind() == c10::prim::GetAttr) get_attribute(node, result, call);
    results.push_back(result.value);
    call.values[output] = result;
  }
  if (node->kind() == c10::prim::Constant && node->hasAttribute(c10::attr::value) &&
      node->kindOf(c10::attr::value) == jit::AttributeKind::t) {
    builder_.set_type(results[0], tensors_(node->t(c10::attr::value)).type);
  }
  const LocationId location = locations_.of(node->sourceRange(), call.frame);
  const std::string op = node->kind().toQualString();
  if (const auto watched = watched_.find(op); watched != watched_.end() && !watched->second) watched->second = location;
  const std::vector<Attribute> attributes = attributes_of(node);
  const NodeId id = builder_.add_node(here.target, op, operands, results, location, {}, attributes);
  const bool forks = node->hasAttribute(c10::attr::Subgraph);
  open_blocks(id, blocks_of(node), forks ? location : LocationId{});
  if (!forks) return;
  // The operands of a fork are the parameters of its body, and the same modules.
  const jit::Block* body = node->g(c10::attr::Subgraph)->block();
  for (std::size_t i = 0; i < std::min(body->inputs().size(), node->inputs().size()); ++i) {
    const Binding outer = binding(node->input(i), call);
    Binding& inner = call.values[body->inputs()[i]];
    inner.object = outer.object;
    inner.path = outer.path;
  }
}

void Inliner::open_blocks(NodeId owner, const std::vector<const jit::Block*>& blocks, LocationId fork) {
  Call* call = work_.back().call;
  std::vector<Work> opened;
  for (const jit::Block* block : blocks) {
    const BlockId id = builder_.add_block(owner);
    for (const jit::Value* input : block->inputs()) {
      const ValueId value = new_value(input);
      builder_.add_param(id, value);
      call->values[input] = {.value = value};
    }
    opened.push_back({.call = call,
                      .block = block,
                      .next = const_cast<jit::Block*>(block)->nodes().begin(),
                      .target = id,
                      .fork = fork});
  }
  work_.insert(work_.end(), opened.rbegin(), opened.rend());
}

std::vector<Attribute> Inliner::attributes_of(jit::Node* node) {
  std::vector<Attribute> attributes;
  if (node->kind() == c10::prim::Constant) {
    const auto value = jit::toIValue(node->output());
    const LiteralId literal =
        value ? literals_(*value) : builder_.opaque("a value of " + node->output()->type()->annotation_str());
    return {{builder_.intern("value"), literal}};
  }
  for (c10::Symbol name : node->attributeNames()) {
    if (name == c10::attr::Subgraph) continue;
    attributes.push_back({builder_.intern(name.toUnqualString()), attribute_literal(node, name)});
  }
  const c10::FunctionSchema* schema = node->maybeSchema();
  if (schema != nullptr && !schema->overload_name().empty() && !schema->overload_name().starts_with(kStandIn)) {
    attributes.push_back({builder_.intern("overload"), builder_.string(schema->overload_name())});
  }
  return attributes;
}

template <class List, class Make>
LiteralId Inliner::list_literal(const List& values, Make make) {
  std::vector<LiteralId> elements;
  elements.reserve(values.size());
  for (const auto& value : values) elements.push_back(make(value));
  return builder_.sequence(Literal::Kind::list, elements);
}

LiteralId Inliner::attribute_literal(jit::Node* node, c10::Symbol name) {
  switch (node->kindOf(name)) {
    case jit::AttributeKind::f:
      return builder_.floating(node->f(name));
    case jit::AttributeKind::i:
      return builder_.integer(node->i(name));
    case jit::AttributeKind::s:
      return builder_.string(node->s(name));
    case jit::AttributeKind::t:
      return tensors_(node->t(name)).literal;
    case jit::AttributeKind::ty:
      return builder_.type_literal(types_(node->ty(name)));
    case jit::AttributeKind::ival:
      return literals_(node->ival(name));
    case jit::AttributeKind::fs:
      return list_literal(node->fs(name), [&](double value) { return builder_.floating(value); });
    case jit::AttributeKind::is:
      return list_literal(node->is(name), [&](std::int64_t value) { return builder_.integer(value); });
    case jit::AttributeKind::ss:
      return list_literal(node->ss(name), [&](const std::string& value) { return builder_.string(value); });
    case jit::AttributeKind::tys:
      return list_literal(node->tys(name),
                          [&](const c10::TypePtr& type) { return builder_.type_literal(types_(type)); });
    default:
      return builder_.opaque(std::string("attribute ") + jit::toString(node->kindOf(name)));
  }
}

}  // namespace graphwitness::torchscript
