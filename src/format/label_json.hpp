// Labels as JSON, for the containers that carry them so: the data entries of an AVA list with the class index beside
// the name, so that a reader needs no labels.csv.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "format/labels.hpp"
#include "schema/json.hpp"

namespace ava::format {

/// `[{"class":"dog","class_index":1},...]`
void append_class_entries(std::string& out, std::span<const std::uint32_t> classes, std::span<const std::string> names);
/// `[{"bbox":[[x,y],...],"class":"dog","class_index":1},...]`: four corners clockwise from the top left, or the outline
/// (with the box as `"box":[x0,y0,x1,y1]` when it is not the outline's hull); `"difficult":true` and `landmarks` when
/// there are any.
void append_object_entries(std::string& out, std::span<const Object> objects, std::span<const std::string> names);

/// Errors: kCorrupt `label.bad_json`.
Result<std::vector<std::uint32_t>> classes_of_entries(const schema::Json& entries);
Result<std::vector<Object>> objects_of_entries(const schema::Json& entries);
/// A class index from JSON. Errors: as above.
Result<std::uint32_t> class_index_of(const schema::Json& value);
/// A box from `[x0,y0,x1,y1]` at `first` of an array. Errors: as above.
Result<sample::Box> box_of_numbers(const schema::Json& array, std::size_t first);

}  // namespace ava::format
