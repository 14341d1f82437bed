#include "frontends/torchscript/worker/locations.h"

namespace graphwitness::torchscript {
namespace {

/// Scopes of the traced module calls that end in this frame, innermost first.
std::vector<Symbol> traced_scopes(const CallFrame& frame) {
  std::vector<Symbol> scopes;
  for (const CallFrame* call = &frame; call != nullptr && call->traced; call = call->parent) {
    if (call->of_module) scopes.push_back(call->scope);
  }
  return scopes;
}

}  // namespace

CallFrame Locations::enter(const CallFrame& caller, LocationId place) const {
  CallFrame frame{.parent = &caller, .scope = caller.scope, .caller = place};
  frame.scripted_caller = caller.traced ? caller.scripted_caller : place;
  return frame;
}

const DebugRange* Locations::find(const jit::SourceRange& range) const {
  const std::string record(program_.record_of(range.source().get()));
  return record.empty() ? nullptr : records_.find(record, range.start());
}

LocationId Locations::of(const FunctionOrigin& definition) {
  if (definition.place.file.empty()) return {};
  return builder_.location({.file = builder_.intern(definition.place.file),
                            .line = definition.place.line,
                            .column = definition.column,
                            .function = builder_.intern(definition.place.function)});
}

LocationId Locations::of(const jit::SourceRange& range, const CallFrame& frame) {
  Location location{.function = frame.function, .scope = frame.scope, .caller = frame.caller};
  const DebugRange* found = find(range);
  if (found == nullptr) return builder_.location(location);
  const DebugSource& source = *found->source;
  if (source.traced && !source.stack.empty()) return of_stack(source.stack, frame);
  if (!source.traced && !source.file.empty()) {
    const LineAndColumns place = locate(*found);
    location.file = builder_.intern(source.file);
    location.line = place.line;
    location.column = place.column;
    location.end_column = place.end_column;
    if (seen_.insert(&source).second) used_.push_back(&source);
  }
  return builder_.location(location);
}

/// The stack of traced code goes through all modules up to the call of the tracer.
LocationId Locations::of_stack(const std::vector<StackFrame>& stack, const CallFrame& frame) {
  struct Place {
    const StackFrame* frame;
    std::size_t call;  ///< which module call it stands in, innermost first
  };
  std::vector<Place> places;
  std::size_t calls = 0;
  for (std::size_t i = 0; i < stack.size(); ++i) {
    const bool dispatches = dispatches_call(stack[i]);
    if (stack[i].function == "_slow_forward" && dispatches) ++calls;
    // PyTorch's way to `forward` is of no interest; what else it calls is a hook, and the frame tells.
    const bool calls_hook =
        dispatches && i > 0 && stack[i].function != "_slow_forward" && !dispatches_call(stack[i - 1]);
    if (!dispatches || calls_hook) places.push_back({&stack[i], calls});
  }
  // Modules that are no part of the traced one leave frames without a call of their own: then only the innermost is
  // sure.
  const std::vector<Symbol> scopes = traced_scopes(frame);
  const bool each_known = scopes.size() == calls;
  LocationId caller = frame.scripted_caller;
  for (std::size_t i = places.size(); i-- > 0;) {
    const Place& place = places[i];
    Location location{.file = builder_.intern(place.frame->file),
                      .line = place.frame->line,
                      .function = builder_.intern(place.frame->function),
                      .caller = caller};
    if (i == 0 || place.call == 0) location.scope = frame.scope;
    if (each_known && place.call < scopes.size()) location.scope = scopes[place.call];
    caller = builder_.location(location);
  }
  return caller;
}

void Locations::add_sources() {
  for (const DebugSource* source : used_) {
    builder_.add_source(builder_.intern(source->file), source->first_line, source->text);
  }
}

}  // namespace graphwitness::torchscript
