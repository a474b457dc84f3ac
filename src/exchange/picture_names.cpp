#include "exchange/picture_names.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <string>

namespace ava::exchange {

namespace {

constexpr std::array<std::string_view, 10> kPictures = {".jpg", ".jpeg", ".jpe", ".jfif", ".png",
                                                        ".gif", ".webp", ".bmp", ".tif",  ".tiff"};
constexpr std::array<std::string_view, 15> kSideFiles = {".txt",   ".md",   ".json",  ".csv",      ".xml",
                                                         ".html",  ".lst",  ".yaml",  ".yml",      ".jsonl",
                                                         ".names", ".data", ".cache", ".jsonlist", ".py"};

template <std::size_t N>
bool ends_with_one_of(std::string_view name, const std::array<std::string_view, N>& endings) {
  return std::any_of(endings.begin(), endings.end(), [&](std::string_view ending) { return ends_like(name, ending); });
}

bool is_named(std::string_view base, std::string_view lower) {
  return base.size() == lower.size() && ends_like(base, lower);
}

}  // namespace

bool ends_like(std::string_view name, std::string_view lower_case_ending) {
  if (name.size() < lower_case_ending.size()) return false;
  name.remove_prefix(name.size() - lower_case_ending.size());
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
    if (c != lower_case_ending[i]) return false;
  }
  return true;
}

NameKind kind_of_name(std::string_view name) {
  const std::string_view base = base_of(name);
  if (name.starts_with('.') || name.find("/.") != std::string_view::npos) return NameKind::kSideFile;
  if (name.starts_with("__MACOSX/")) return NameKind::kSideFile;
  if (ends_with_one_of(name, kPictures)) return NameKind::kPicture;
  for (const std::string_view known : {"thumbs.db", "desktop.ini", "license", "readme"})
    if (is_named(base, known)) return NameKind::kSideFile;
  return ends_with_one_of(name, kSideFiles) ? NameKind::kSideFile : NameKind::kOther;
}

void NameSet::add(std::string_view name) {
  hashes_.push_back(std::hash<std::string_view>{}(name));
  sorted_ = false;
}

bool NameSet::has(std::string_view name) {
  if (!sorted_) {
    std::sort(hashes_.begin(), hashes_.end());
    sorted_ = true;
  }
  return std::binary_search(hashes_.begin(), hashes_.end(), std::hash<std::string_view>{}(name));
}

Result<Pictures> Pictures::of(const Tree& tree, bool all, const std::stop_token& stop) {
  Pictures found;
  found.all_ = all;
  if (all) return found;
  const auto add = [&found](std::string_view name) -> Result<void> {
    if (is_picture(name)) found.names_.add(name);
    return {};
  };
  AVA_CHECK(tree.walk("", add, stop));
  return found;
}

std::string Pictures::first_of(const std::vector<std::string>& names) {
  for (const std::string& name : names)
    if (!name.empty() && has(name)) return name;
  return {};
}

}  // namespace ava::exchange
