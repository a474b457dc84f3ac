// Reads one data entry of a label from its JSON tree: class, box, scores, landmarks, cluster. Source:
// formats.md 2.3-2.6.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sample/json_tree.hpp"
#include "sample/list_reader.hpp"
#include "sample/sample.hpp"

namespace ava::sample {

/// Entries that cannot be kept go to `rejects` with their reason. Thread: not thread-safe.
class EntryParser {
 public:
  EntryParser(Warnings* warnings, std::vector<Reject>* rejects) : warnings_(warnings), rejects_(rejects) {}
  void set_url(std::string url) { url_ = std::move(url); }
  /// False: not an entry; the reason was listed.
  bool read(const json::Node& item, LabelType type, std::string_view label, Entry& entry);
  /// The value of an old `class` member. False: no class there.
  bool old_class(const json::Node& value, Entry& entry);
  static Entry old_cluster(const json::Node& value);

 private:
  void warn(std::string_view name);
  bool refuse(std::string_view slug, std::string detail);
  bool read_class(const json::Node& value, std::string& cls);
  bool number(const json::Node& value, double& out);
  bool read_points(const json::Node& value, std::vector<Point>& points);
  bool read_member(const json::Member& member, LabelType type, Entry& entry, bool& known);
  bool read_landmarks(const json::Node& value, std::vector<Landmark>& out);
  bool read_cluster(const json::Node& value, std::optional<Cluster>& out);
  bool check_box(LabelType type, const Entry& entry);

  Warnings* warnings_;
  std::vector<Reject>* rejects_;
  std::string url_;
};

}  // namespace ava::sample
