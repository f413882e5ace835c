# Whether Homebrew's recipe holds: check_homebrew.rb RECIPE. Homebrew itself is not needed: the words that the recipe may use
# are here, and the commands that it installs and tests with are looked at, not run.
require "pathname"
require "tmpdir"

OPTIONS = File.read(File.expand_path("../../CMakeLists.txt", __dir__)).scan(/^\s*option\((\w+)/).flatten
STATED = Hash.new { |stated, word| stated[word] = [] }

class Formula
  class << self
    attr_reader :recipe

    def inherited(recipe) = (@recipe = recipe)
    def test(&block) = define_method(:run_test, &block)

    %i[desc homepage url sha256 license depends_on uses_from_macos].each do |word|
      define_method(word) { |what| STATED[word] << what }
    end
  end

  attr_reader :commands, :testpath

  def initialize(testpath)
    @commands = []
    @testpath = Pathname.new(testpath)
  end

  %i[bin lib include].each { |folder| define_method(folder) { Pathname.new("/prefix/#{folder}") } }
  def std_cmake_args = ["-DCMAKE_INSTALL_PREFIX=/prefix"]
  def rpath = "@loader_path/../lib"
  def system(*words) = @commands << words.map(&:to_s)
  def shell_output(line) = (@commands << line.split) && ""
  def assert_match(_expected, _found) = true
end
ENV.define_singleton_method(:cc) { "cc" }

load File.expand_path(ARGV.fetch(0))
commands = Dir.mktmpdir do |folder|
  recipe = Formula.recipe.new(folder)
  recipe.install
  recipe.run_test
  recipe.commands
end

problems = %i[desc homepage url sha256 license].reject { |word| STATED[word].size == 1 }.map { |word| "#{word}: not stated once" }
problems << "desc: longer than 80 characters" if STATED[:desc].join.length > 80
problems << "sha256: is none" unless STATED[:sha256].join.match?(/\A\h{64}\z/)
of_build, of_programs = STATED[:depends_on].partition { |what| what.is_a?(Hash) }
[of_build.flat_map(&:keys), of_programs].each { |names| problems << "not in order: #{names.join(' ')}" if names != names.sort }
commands.flatten.grep(/\A-D(DAO_\w+)/) { problems << "#{$1}: no such option" unless OPTIONS.include?($1) }
abort problems.map { |problem| "Homebrew: #{problem}" }.join("\n") unless problems.empty?
puts "Homebrew: valid, #{commands.size} commands"
