// The strict JSON reader, the words about what is wrong, and the stream of elements of large documents.
#include "schema/json.hpp"

#include <cmath>

#include "exchange/json_elements.hpp"
#include "fuzz.hpp"
#include "sample/diagnose.hpp"
#include "sample/json_tree.hpp"
#include "schema/schema.hpp"

namespace ava::fuzz {

namespace {

using sample::json::Kind;
using sample::json::Node;

bool has_only_finite(const Node& node) {
  if (node.is(Kind::kNumber) && !std::isfinite(node.number)) return false;
  for (const Node& item : node.items)
    if (!has_only_finite(item)) return false;
  for (const auto& member : node.members)
    if (!has_only_finite(member.value)) return false;
  return true;
}

/// Elements of the arrays at the top.
std::vector<std::string> elements_of(const Node& document) {
  std::vector<std::string> out;
  const auto take = [&out](const Node& array) {
    for (const Node& item : array.items) out.emplace_back(item.raw);
  };
  if (document.is(Kind::kArray)) take(document);
  for (const auto& member : document.members)
    if (member.value.is(Kind::kArray)) take(member.value);
  return out;
}

void stream(std::string_view text, const Node* document) {
  std::vector<std::string> streamed;
  const auto from = reader_of(text);
  const exchange::JsonHandler handler{
      [](std::string_view) { return true; },
      [&](std::string_view, std::string_view element, const exchange::JsonPlace& place) -> Result<void> {
        require(text.substr(place.offset, place.length) == element, "an element where its place says", element);
        streamed.emplace_back(element);
        return {};
      }};
  const auto done = exchange::read_json_elements(*from, handler);
  if (!done.ok()) require_plain(done.error());
  const bool has_top = document != nullptr && (document->is(Kind::kArray) || document->is(Kind::kObject));
  if (!has_top) return;
  must(done, "a sound document as a stream");
  require(streamed == elements_of(*document), "the elements of the tree", text);
}

}  // namespace

void one_input(std::string_view bytes) {
  Node node;
  sample::json::Fault fault;
  const bool valid = sample::json::parse(bytes, node, fault);
  require(valid == sample::json::is_valid(bytes), "one opinion on what is JSON", bytes);
  require(valid == sample::diagnose(bytes).empty(), "words about each fault, and about nothing else", bytes);
  bool complete = false;
  const std::string repaired = sample::repair(bytes, &complete);
  require(!complete || sample::json::is_valid(repaired), "a repaired text is JSON", repaired);
  require(!valid || (complete && repaired == bytes), "what is JSON needs no repair", repaired);
  const auto other = schema::parse(bytes);
  if (valid && has_only_finite(node)) require(other.ok(), "JSON for the one is JSON for the other", bytes);
  stream(bytes, valid ? &node : nullptr);
}

}  // namespace ava::fuzz
