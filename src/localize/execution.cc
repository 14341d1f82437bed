#include "localize/execution.h"

#include <utility>

#include "graphwitness/support/error.h"

namespace graphwitness::localize {
namespace {

using exec::Value;
using Kind = Value::Kind;

[[noreturn]] void fail() { throw InputError("its worker answered with something that is no answer"); }

const Value& at(const Value& value, std::size_t index, Kind kind) {
  if (index >= value.items.size() || value.items[index].kind != kind) fail();
  return value.items[index];
}

Value number(std::size_t value) { return Value::of(static_cast<std::int64_t>(value)); }

Value to_value(const Where& where) {
  return Value::tuple({Value::of(where.file), number(where.line), number(where.column), Value::of(where.function)});
}

Where where_in(const Value& value) {
  return {.file = at(value, 0, Kind::string).text,
          .line = static_cast<std::uint32_t>(at(value, 1, Kind::integer).integer),
          .column = static_cast<std::uint32_t>(at(value, 2, Kind::integer).integer),
          .function = at(value, 3, Kind::string).text};
}

Value numbers(const std::vector<std::int64_t>& all) {
  Value list = Value::list({});
  for (const std::int64_t one : all) list.items.push_back(Value::of(one));
  return list;
}

/// Numbers of values that are known.
std::int64_t known(const Execution& execution, std::int64_t value) {
  if (value < kNoValue || value >= static_cast<std::int64_t>(execution.values.size())) fail();
  return value;
}

std::vector<std::int64_t> numbers_in(const Execution& execution, const Value& list) {
  std::vector<std::int64_t> all;
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    all.push_back(known(execution, at(list, i, Kind::integer).integer));
  }
  return all;
}

Operation operation_in(const Execution& execution, const Value& said) {
  Operation operation{.op = at(said, 1, Kind::string).text,
                      .scope = at(said, 2, Kind::string).text,
                      .where = where_in(at(said, 3, Kind::tuple))};
  const Value& inputs = at(said, 4, Kind::list);
  for (std::size_t i = 0; i + 2 < inputs.items.size(); i += 3) {
    operation.inputs.push_back({at(inputs, i, Kind::string).text,
                                known(execution, at(inputs, i + 1, Kind::integer).integer),
                                at(inputs, i + 2, Kind::string).text});
  }
  operation.outputs = numbers_in(execution, at(said, 5, Kind::list));
  operation.is_part = at(said, 6, Kind::boolean).integer != 0;
  return operation;
}

}  // namespace

Value to_value(const Watched& watched) {
  return Value::tuple({Value::of(std::string("value")), number(static_cast<std::size_t>(watched.origin)),
                       Value::of(watched.name), exec::to_value(watched.sketch)});
}

Value to_value(const Operation& operation) {
  Value inputs = Value::list({});
  for (const OperationInput& input : operation.inputs) {
    inputs.items.push_back(Value::of(input.name));
    inputs.items.push_back(Value::of(input.value));
    inputs.items.push_back(Value::of(input.text));
  }
  return Value::tuple({Value::of(std::string("operation")), Value::of(operation.op), Value::of(operation.scope),
                       to_value(operation.where), std::move(inputs), numbers(operation.outputs),
                       Value::of(operation.is_part)});
}

Value begin_decision(const Decision& decision) {
  return Value::tuple({Value::of(std::string("decision")), Value::of(decision.is_loop), Value::of(decision.outcome),
                       to_value(decision.where)});
}

Value end_decision(std::size_t decision, std::int64_t outcome) {
  return Value::tuple({Value::of(std::string("decided")), number(decision), Value::of(outcome)});
}

Value said_outputs(const std::vector<std::int64_t>& outputs) {
  return Value::tuple({Value::of(std::string("outputs")), numbers(outputs)});
}

Value said_raised(const std::string& text) { return Value::tuple({Value::of(std::string("raised")), Value::of(text)}); }

void take(Execution& execution, const Value& said) {
  const std::string& word = at(said, 0, Kind::string).text;
  if (word == "value") {
    const std::int64_t origin = at(said, 1, Kind::integer).integer;
    if (origin < 0 || origin > static_cast<std::int64_t>(Watched::Origin::computed)) fail();
    execution.values.push_back({.origin = static_cast<Watched::Origin>(origin),
                                .name = at(said, 2, Kind::string).text,
                                .sketch = exec::sketch_in(at(said, 3, Kind::tuple))});
  } else if (word == "operation") {
    execution.operations.push_back(operation_in(execution, said));
  } else if (word == "decision") {
    execution.decisions.push_back({.is_loop = at(said, 1, Kind::boolean).integer != 0,
                                   .outcome = at(said, 2, Kind::integer).integer,
                                   .where = where_in(at(said, 3, Kind::tuple)),
                                   .first = execution.operations.size(),
                                   .end = static_cast<std::size_t>(-1)});
  } else if (word == "decided") {
    const auto index = static_cast<std::size_t>(at(said, 1, Kind::integer).integer);
    if (index >= execution.decisions.size()) fail();
    execution.decisions[index].outcome = at(said, 2, Kind::integer).integer;
    execution.decisions[index].end = execution.operations.size();
  } else if (word == "outputs") {
    execution.outputs = numbers_in(execution, at(said, 1, Kind::list));
  } else if (word == "raised") {
    execution.raised = at(said, 1, Kind::string).text;
  } else {
    fail();
  }
}

}  // namespace graphwitness::localize
