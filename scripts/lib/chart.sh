# shellcheck shell=bash
# The chart and the cases that it is checked in, each with the values that an operator would give.
#
# Sourced after common.sh, never run.

chart=deploy/helm/matchday
helm_version=v3.22.0
cases=(dev prod on-sale storefront)

# The arguments of a case, one a line.
values() {
    local prod=(--values "$chart/values-prod.yaml") site=(--values "$chart/examples/site.yaml")
    case $1 in
        # As it stands, which is refused.
        none) ;;
        dev) printf '%s\n' --values "$chart/values-dev.yaml" ;;
        prod) printf '%s\n' "${prod[@]}" "${site[@]}" ;;
        on-sale) printf '%s\n' "${prod[@]}" --values "$chart/values-on-sale.yaml" "${site[@]}" ;;
        storefront) printf '%s\n' "${prod[@]}" "${site[@]}" --values "$chart/examples/storefront.yaml" ;;
        *) die "there is no case $1" ;;
    esac
}

# Finds the definitions of what the chart has beside Kubernetes' own objects, as files in `definitions`; needs scripts/lib/go.sh.
find_definitions() {
    local gateway operator file
    gateway=$(module_folder sigs.k8s.io/gateway-api@v1.6.3)/config/crd/standard
    operator=$(module_folder github.com/prometheus-operator/prometheus-operator@v0.94.1)/example/prometheus-operator-crd
    definitions=(
        "$gateway/gateway.networking.k8s.io_httproutes.yaml"
        "$operator/monitoring.coreos.com_servicemonitors.yaml"
        "$operator/monitoring.coreos.com_prometheusrules.yaml"
    )
    for file in "${definitions[@]}"; do
        [[ -e $file ]] || die "there is no $file"
    done
}
