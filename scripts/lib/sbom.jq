# A bill of materials in CycloneDX of what `cargo metadata` says of the packages in $shipped ("name version", one a line).
#
# --arg shipped, version, epoch, revision. Nothing depends on the time or the machine: two of one commit are alike.

($shipped | split("\n") | map(select(. != "")) | INDEX(.)) as $names
| [.packages[] | select($names["\(.name) \(.version)"])] as $packages
| ($packages | INDEX(.id)) as $by_id
| def purl: "pkg:cargo/\(.name)@\(.version)";
  def licence: .license // "NOASSERTION" | gsub("/"; " OR ");
  def component:
    { type: "library", "bom-ref": purl, name, version, purl: purl, licenses: [{ expression: licence }] }
    + (if .description then { description: (.description | gsub("\\s+"; " ") | ltrimstr(" ") | rtrimstr(" ")) } else {} end)
    + (if $checksums[purl] then { hashes: [{ alg: "SHA-256", content: $checksums[purl] }] } else {} end)
    + (if .repository then { externalReferences: [{ type: "vcs", url: .repository }] } else {} end);
  (.packages[] | select(.name == "server" and .source == null)) as $program
| {
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      timestamp: ($epoch | tonumber | todate),
      component: {
        type: "application", "bom-ref": "matchday", name: "matchday", version: $version,
        licenses: [{ expression: "Apache-2.0" }],
        properties: [{ name: "matchday:revision", value: $revision }, { name: "matchday:features", value: $features },
          { name: "matchday:target", value: $target }]
      }
    },
    components: ($packages | sort_by(.name, .version) | map(component)),
    dependencies: (
      [{ ref: "matchday", dependsOn: [$program | purl] }]
      + ([.resolve.nodes[] | select($by_id[.id])
          | { ref: ($by_id[.id] | purl),
              dependsOn: ([.deps[] | select(any(.dep_kinds[]; .kind != "dev")) | $by_id[.pkg] | select(. != null) | purl]
                | unique) }] | sort_by(.ref)))
  }
