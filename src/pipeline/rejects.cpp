#include "pipeline/rejects.hpp"

#include <fmt/format.h>

namespace ava::pipeline {

Result<Rejects> Rejects::create(const std::filesystem::path& path) {
  AVA_TRY(auto file, format::OutFile::create(path));
  return Rejects(std::move(file));
}

Result<void> Rejects::add(const sample::Reject& reject) {
  if (!reject.annotation) ++reasons_[reject.slug];
  if (first_.empty()) first_ = fmt::format("line {} {}: {}", reject.line, reject.url, reject.detail);
  return file_.write(sample::to_json_line(reject));
}

std::string Rejects::summary() const {
  std::string text;
  for (const auto& [slug, count] : reasons_) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", slug, count);
  return text.empty() ? text : text + "; first: " + first_;
}

}  // namespace ava::pipeline
