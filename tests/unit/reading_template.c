/* The language of page generators: what a reader of the page does not see goes, what he sees stays, line by
 * line. */
#include "unit.h"

#include "core/buf.h"
#include "core/rng.h"
#include "read/template.h"

static size_t lines_of(const char *text)
{
    size_t lines = 0;
    for (; *text; text++)
        lines += *text == '\n';
    return lines;
}

/* NULL = it stays as it is. */
static void expect(const char *text, const char *wanted)
{
    struct buf buf = BUF_INIT(1 << 24);
    buf_adds(&buf, text);
    template_strip(&buf);
    if (strcmp(buf.data, wanted ? wanted : text) != 0)
        fail_msg("\n%s\nbecomes\n%s", text, buf.data);
    assert_int_equal(lines_of(buf.data), lines_of(text));
    buf_free(&buf);
}

static void tags_go_and_words_stay(void **state)
{
    static const char *const cases[][2] = {
        {"a\n{% include x.html %}\n[b]: c\n", "a\n\n[b]: c\n"},
        {"{%- if page.x -%}\na\n{% else %}\nb\n{% endif %}\n", "\na\n\nb\n\n"},
        {"{% note info %}\nMind the gap.\n{% endnote %}\n", "\nMind the gap.\n\n"},
        {"{% note info 小心台阶 %}\na\n{% endnote %}\n", "小心台阶\na\n\n"},
        {"a {% include\n x=\"1\"\n%} b\n", "a\n\n b\n"},
        {"- {% include x %}\n- a\n", "\n- a\n"},
        {"> {% quote %}\n> a\n", ">\n> a\n"},
        {"a {% comment %} b\nc\n{% endcomment %} d\n", "a\n\n d\n"},
        {"{# b #}a {{! c }}{::comment}d{:/comment}\n{% # e %}\n", "a\n\n"},
        {"{% raw %}{{ x }} {% y %}{% endraw %} {{ page.z }}\n", "{{ x }} {% y %}\n"},
        {"{{ page.title }} {{site.baseurl}}/a {{ .Site.Title }}\n", " /a\n"},
        {"[a]({{ site.url }}/b) ![c]({{ '/d.png' | relative_url }})\n", "[a](/b) ![c](/d.png)\n"},
        {"[a]({% post_url 2026-01-02-b %}) [c]({{< ref \"d.md\" >}})\n", "[a]() [c]()\n"},
        {"[a]: {% post_url b %}\n[c]: {{ d }}/e\n", "[a]: <>\n[c]: /e\n"},
        {"{% link Crane https://crane.example %}\n", "[Crane](https://crane.example)\n"},
        {"{% btn https://a.example/b,Book a seat,fab fa-x %}\n", "[Book a seat](https://a.example/b)\n"},
        {"{% asset_img a.png 灯塔 %}\n", "![灯塔](a.png)\n"},
        {"{{< figure src=\"/a.jpg\" title=\"The pier\" >}}\n", "![The pier](/a.jpg)\n"},
        {"{{< figure src=\"a.jpg\" link=\"https://b.example\" >}}\n", "[![](a.jpg)](https://b.example)\n"},
        {"{% include figure.html image=\"/a (1).jpg\" alt=\"A\" %}\n", "![A](</a (1).jpg>)\n"},
        {"{{< button href=\"https://a.example\" >}}Press{{< /button >}}\n", "[Press](https://a.example)\n"},
        {"{{< details \"More of it\" >}}\na\n{{< /details >}}\n", "More of it\na\n\n"},
        {"{{% notice tip %}}Take a coat{{% /notice %}}\n", "Take a coat\n"},
        {"{% youtube a_B-1 %} {{< gist me 12 >}}\n",
            "<https://www.youtube.com/watch?v=a_B-1> <https://gist.github.com/me/12>\n"},
        {"{{ figure(src=\"/a.jpg\", caption=\"Fog\") }}\n", "![Fog](/a.jpg)\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(cases[i][0], cases[i][1]);
}

static void attributes_go(void **state)
{
    static const char *const cases[][2] = {
        {"## News {#news}\n", "## News\n"},
        {"News {#n .big k=\"v\"}\n----\n", "News\n----\n"},
        {"### Ferries {: .big}\n", "### Ferries\n"},
        {"[a](b){:target=\"_blank\" rel=\"noopener\"}, c\n", "[a](b), c\n"},
        {"![a](b){width=50%} `c`{.js}\n", "![a](b) `c`\n"},
        {"a\n{: .notice}\n\n* TOC\n{:toc}\n", "a\n\n\n\n\n"},
        {":::tip 小心\na\n:::\n", "小心  \na\n\n"},
        {"::: {.note}\na\n:::\n", "\na\n\n"},
        {":::note[Mind]{.x}\n- a\n:::\n", "Mind  \n- a\n\n"},
        {"import A from './a';\nimport {\n B\n} from \"b\"\n\nexport const c = {\n d: 1 };\n\n# E\n",
            "\n\n\n\n\n\n\n\n# E\n"},
        {"a {/* b\n */} c\n", "a\n c\n"},
        {"a[^1]\n\n[^1]: b\n  [^x]: c\n    [^y]: d\n", "a[^1]\n\n\\[^1]: b\n  \\[^x]: c\n    [^y]: d\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(cases[i][0], cases[i][1]);
}

static void code_stays(void **state)
{
    static const char *const cases[][2] = {
        {"{% highlight js %}\nvar a = \"{{ b }}\";\n{% endhighlight %}\n",
            "~~~js\nvar a = \"{{ b }}\";\n~~~\n"},
        {"{{< highlight go \"linenos=table\" >}}\n~~~\n{{< /highlight >}}\n", "~~~~go\n~~~\n~~~~\n"},
        {"a {% highlight js %}b{% endhighlight %} c\n", "a `` b `` c\n"},
        {"```\n{% include x %}\n{: .a}\n```\n{% x %}\n", "```\n{% include x %}\n{: .a}\n```\n\n"},
        {"- ~~~~\n  {{ page.x }}\n  ~~~\n  {% x %}\n  ~~~~\n", NULL},
        {"`{{ page.x }}` ``a ` {% b %}`` `{% c %}\n", "`{{ page.x }}` ``a ` {% b %}`` `\n"},
        {"a `{{ page.x }}\n{% y %}` b\n", NULL},
        {"a\n\n    {% x %}\n\n    {% y %}\n", NULL},
        {"- a\n\n    {% x %}\n", "- a\n\n\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(cases[i][0], cases[i][1]);
}

/* What only looks like it. */
static void other_braces_stay(void **state)
{
    static const char *const cases[] = {
        "{{ count }} people\n",
        "{% 5 of them\n",
        "{:ok, 1} {:a 1} {:.2f} {:>10} {:d}\n",
        "$\\sum_{i=1} (a){i} \\mathbf{{x}}_{.5}$\n",
        "\\{% x %}\n",
        "{{</* figure */>}}\n",
        "std::vector, a:::b\n",
        "::: 。\n",
        "import tax rises\n",
        "a {#b} c\n",
        "{{ a\n}}\n",
        "{",
        "{%",
        "{{",
        "{{<",
        "{:",
        "`{%",
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect(cases[i], NULL);
}

/* Whatever is put together, each line stays in its place. */
static void lines_keep_their_numbers(void **state)
{
    static const char *const pieces[] = {"{% raw %}", "{% endraw %}", "{% comment %}", "{% endcomment %}",
        "{% highlight js %}", "{% endhighlight %}", "{{< highlight >}}", "{{< /highlight >}}", "{{ page.a }}",
        "{% img /a.png %}", "{: .a}", "{#a}", ":::tip", ":::", "```", "~~~~", "`", "``", "\n", "\n", "\n\n",
        "- ", "> ", "# ", "    ", "a", "字", "](", "]: ", "{", "}", "%}", "}}", "\\", "import ", " from 'a'",
        "* TOC\n{:toc}"};
    struct rng rng = {7};
    (void)state;
    for (int round = 0; round < 20000; round++) {
        struct buf text = BUF_INIT(1 << 16);
        for (uint64_t left = rng_below(&rng, 30); left; left--)
            buf_adds(&text, pieces[rng_below(&rng, sizeof pieces / sizeof *pieces)]);
        struct buf out = BUF_INIT(1 << 16);
        buf_add(&out, text.data, text.len);
        template_strip(&out);
        assert_false(out.overflow);
        if (lines_of(out.data) != lines_of(text.data))
            fail_msg("\n%s\nbecomes\n%s", text.data, out.data);
        buf_free(&out);
        buf_free(&text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags_go_and_words_stay),
        cmocka_unit_test(attributes_go),
        cmocka_unit_test(code_stays),
        cmocka_unit_test(other_braces_stay),
        cmocka_unit_test(lines_keep_their_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
