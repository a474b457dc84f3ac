// What a tool built on nlohmann-json alone takes to read a list: one line after the other, one thread, the same fields.
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace {

void touch_line(const nlohmann::json& line, std::size_t& bytes, double& sum) {
  bytes += line.at("url").get_ref<const std::string&>().size();
  bytes += line.at("type").get_ref<const std::string&>().size();
  for (const auto& label : line.at("label")) {
    bytes += label.at("name").get_ref<const std::string&>().size();
    bytes += label.at("type").get_ref<const std::string&>().size();
    for (const auto& entry : label.at("data")) {
      bytes += entry.at("class").get_ref<const std::string&>().size();
      if (const auto score = entry.find("score"); score != entry.end()) sum += score->get<double>();
      if (const auto box = entry.find("bbox"); box != entry.end())
        for (const auto& point : *box)
          for (const auto& number : point) sum += number.get<double>();
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::ifstream file(argv[1]);
  std::string text;
  std::size_t lines = 0;
  std::size_t bytes = 0;
  double sum = 0;
  for (; std::getline(file, text); ++lines) touch_line(nlohmann::json::parse(text), bytes, sum);
  std::printf("%zu lines, %zu bytes of text, numbers add up to %g\n", lines, bytes, sum);
  return 0;
}
